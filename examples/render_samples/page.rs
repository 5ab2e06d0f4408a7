//! Renders a page of text in greys that looks scanned.

use crate::font::{draw_text, measure_text};
use crate::noise::Dice;
use image::{GrayImage, Luma};

pub const DOTS_PER_INCH: u32 = 200;
const WIDTH: u32 = 1654;
const HEIGHT: u32 = 2339;
const MARGIN: f32 = 190.0;
const DOT: f32 = 3.0;
const LINE: f32 = 36.0;

const WORDS: [&str; 48] = [
    "the", "lake", "lay", "still", "and", "over", "hills", "a", "first", "light", "came", "slowly", "while", "boats",
    "with", "their", "white", "sails", "turned", "in", "harbour", "wind", "from", "west", "carried", "smell", "of",
    "grass", "old", "walls", "where", "window", "after", "another", "went", "dark", "by", "evening", "nobody", "could",
    "say", "how", "many", "pictures", "had", "been", "taken", "there",
];

pub fn draw_page() -> GrayImage {
    let mut page = GrayImage::from_pixel(WIDTH, HEIGHT, Luma([250]));
    let mut dice = Dice::new(12);
    write(&mut page, "A Day by the Water", MARGIN, 180.0, 9.0);
    write(&mut page, "Chapter 1: Morning", MARGIN, 275.0, 5.0);
    rule(&mut page, 335);
    let mut top = 380.0;
    while top < HEIGHT as f32 - 420.0 {
        let lines = (dice.between(4.0, 9.0)) as usize;
        top = write_paragraph(&mut page, top, lines, &mut dice) + 22.0;
    }
    rule(&mut page, HEIGHT - 190);
    write(&mut page, "Sample page set in a 5 by 7 dot font", MARGIN, HEIGHT as f32 - 165.0, 2.0);
    write(&mut page, "- 17 -", WIDTH as f32 / 2.0 - 50.0, HEIGHT as f32 - 120.0, 3.0);
    page
}

fn write_paragraph(page: &mut GrayImage, mut top: f32, lines: usize, dice: &mut Dice) -> f32 {
    let room = WIDTH as f32 - 2.0 * MARGIN;
    let mut sentence_starts = true;
    for index in 0..lines {
        let indent = if index == 0 { 54.0 } else { 0.0 };
        let limit = if index + 1 == lines { room * 0.6 } else { room - indent };
        let mut words: Vec<String> = Vec::new();
        loop {
            let word = choose_word(&mut sentence_starts, dice);
            let length = words.iter().map(|w| w.len() + 1).sum::<usize>() + word.len();
            if length as f32 * 6.0 * DOT > limit {
                break;
            }
            words.push(word);
        }
        let spread = if index + 1 == lines { None } else { Some(limit) };
        write_line(page, &words, MARGIN + indent, top, spread);
        top += LINE;
    }
    top
}

fn choose_word(sentence_starts: &mut bool, dice: &mut Dice) -> String {
    let mut word = dice.pick(&WORDS).to_string();
    if *sentence_starts {
        word[..1].make_ascii_uppercase();
    }
    let ending = dice.unit();
    *sentence_starts = ending < 0.1;
    if *sentence_starts {
        word.push('.');
    } else if ending < 0.18 {
        word.push(',');
    }
    word
}

/// Draws a line of words, justified as in printed books.
fn write_line(page: &mut GrayImage, words: &[String], left: f32, top: f32, spread: Option<f32>) {
    let ink: f32 = words.iter().map(|word| measure_text(word, DOT)).sum();
    let gaps = words.len().saturating_sub(1).max(1) as f32;
    let gap = spread.map_or(7.0 * DOT, |width| (width - ink) / gaps);
    let mut x = left;
    for word in words {
        write(page, word, x.round(), top, DOT);
        x += measure_text(word, DOT) + gap;
    }
}

fn write(page: &mut GrayImage, text: &str, left: f32, top: f32, dot: f32) {
    draw_text(text, left, top, dot, |x, y, share| {
        if let Some(pixel) = page.get_pixel_mut_checked(x as u32, y as u32) {
            pixel.0[0] = (f32::from(pixel.0[0]) * (1.0 - share) + 28.0 * share).round() as u8;
        }
    });
}

fn rule(page: &mut GrayImage, top: u32) {
    for y in top..top + 3 {
        for x in MARGIN as u32..WIDTH - MARGIN as u32 {
            page.put_pixel(x, y, Luma([90]));
        }
    }
}
