//! Tests truncated and corrupt files: no panic, the damage is reported, and the part before it is right.

use jpeg_shrink::{DamageKind, Options, Scale, decode};

use super::{SCALES, file, files};

#[test]
fn cut_at_every_hundredth() {
    for (name, bytes) in files("jpeg", 31) {
        let steps = if bytes.len() > 20_000 { 25 } else { 100 };
        for scale in SCALES {
            for i in 0..steps {
                let cut = &bytes[..bytes.len() * i / steps];
                if let Ok(picture) = decode(cut, &Options::at(scale)) {
                    let early = scale == Scale::Eighth && name.contains("progressive");
                    let short = picture.damage.is_some_and(|d| d.fraction <= 1.0);
                    assert!(
                        short || early || i * 100 / steps > 95,
                        "{name} at {i}/{steps}, {scale:?}: {:?}",
                        picture.damage
                    );
                }
            }
        }
    }
}

#[test]
fn what_came_before_the_cut_is_right() {
    for name in ["big-420.jpg", "big-422-restart.jpg", "sampling-1x1.jpg"] {
        let bytes = file(name);
        for scale in SCALES {
            let whole = decode(&bytes, &Options::at(scale)).unwrap();
            let half = decode(&bytes[..bytes.len() / 2], &Options::at(scale)).unwrap();
            let damage = half.damage.expect("half a file is damaged");
            assert_eq!(damage.kind, DamageKind::Truncated);
            assert!((0.2..0.8).contains(&damage.fraction), "{name}: {damage}");
            assert!(damage.to_string() == "truncated", "{damage}");
            for (a, b) in whole.planes.iter().zip(&half.planes) {
                let sound = (a.samples.len() as f64 * (damage.fraction - 0.1)) as usize;
                assert_eq!(a.samples[..sound], b.samples[..sound], "{name}, {scale:?}");
                assert_eq!(b.samples.last(), Some(&128.0), "{name}: the rest is grey");
            }
        }
    }
}

#[test]
fn flipped_bytes_do_no_harm() {
    let mut seed = 3_u32;
    let mut kept = 0;
    for (_, bytes) in files("jpeg", 31) {
        if bytes.len() > 20_000 {
            continue;
        }
        for _ in 0..60 {
            let mut broken = bytes.clone();
            for _ in 0..3 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = (seed >> 8) as usize % broken.len();
                broken[at] ^= 1 << (seed & 7);
            }
            for scale in SCALES {
                let options = Options { max_memory: 1 << 28, ..Options::at(scale) };
                kept += usize::from(decode(&broken, &options).is_ok());
            }
        }
    }
    assert!(kept > 3000, "only {kept} were decoded");
}

#[test]
fn corpus_of_malformed_files() {
    let Some(folder) = std::env::var_os("THUMBS_CORPUS") else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(std::path::Path::new(&folder).join("malformed")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for scale in SCALES {
            let _ = decode(&bytes, &Options { max_memory: 1 << 29, ..Options::at(scale) });
        }
        seen += 1;
    }
    assert!(seen >= 500, "only {seen} files");
}
