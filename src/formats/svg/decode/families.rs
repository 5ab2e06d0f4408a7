//! Chooses an installed font family for the text of a drawing.
//!
//! The order is that of fontconfig: each named family, or one of the same metrics, then the generic family of the first
//! one. Fontconfig's configuration is not used, since the crate `fontdb` reads only the last file that mentions a
//! generic family.

/// Families of the same metrics, best first: URW's, TeX Gyre, Liberation, and Google's for Microsoft's fonts. Lists are
/// divided by bars.
const ALIKE: [(&str, &str); 16] = [
    (
        "helvetica|helvetica neue|nimbus sans|nimbus sans l|swiss",
        "Helvetica|Helvetica Neue|Nimbus Sans|Nimbus Sans L|TeX Gyre Heros|Arial|Liberation Sans|Arimo|Albany|\
         FreeSans",
    ),
    (
        "arial|arimo|albany|liberation sans",
        "Arial|Liberation Sans|Arimo|Albany|Helvetica|Nimbus Sans|Nimbus Sans L|TeX Gyre Heros|FreeSans",
    ),
    ("arial narrow|helvetica narrow", "Arial Narrow|Liberation Sans Narrow|Nimbus Sans Narrow"),
    (
        "times|nimbus roman|nimbus roman no9 l",
        "Times|Nimbus Roman|Nimbus Roman No9 L|TeX Gyre Termes|Times New Roman|Liberation Serif|Tinos|FreeSerif",
    ),
    (
        "times new roman|tinos|thorndale|liberation serif",
        "Times New Roman|Liberation Serif|Tinos|Thorndale|Times|Nimbus Roman|Nimbus Roman No9 L|TeX Gyre Termes|\
         FreeSerif",
    ),
    (
        "courier|nimbus mono|nimbus mono l|nimbus mono ps",
        "Courier|Nimbus Mono PS|Nimbus Mono L|Nimbus Mono|TeX Gyre Cursor|Courier New|Liberation Mono|Cousine|\
         FreeMono",
    ),
    (
        "courier new|cousine|cumberland|liberation mono",
        "Courier New|Liberation Mono|Cousine|Cumberland|Courier|Nimbus Mono PS|Nimbus Mono L|TeX Gyre Cursor|\
         FreeMono",
    ),
    ("georgia", "Gelasio"),
    ("cambria", "Caladea"),
    ("calibri", "Carlito"),
    ("verdana|bitstream vera sans", "DejaVu Sans|Bitstream Vera Sans|Verdana"),
    (
        "palatino|palatino linotype|book antiqua",
        "Palatino|P052|URW Palladio L|TeX Gyre Pagella|Palatino Linotype|Book Antiqua",
    ),
    ("bookman|itc bookman|bookman old style", "ITC Bookman|URW Bookman|URW Bookman L|TeX Gyre Bonum|Bookman Old Style"),
    (
        "century schoolbook|new century schoolbook",
        "New Century Schoolbook|C059|Century Schoolbook L|TeX Gyre Schola|Century Schoolbook",
    ),
    (
        "avant garde|itc avant garde gothic|century gothic",
        "ITC Avant Garde Gothic|URW Gothic|URW Gothic L|TeX Gyre Adventor|Century Gothic",
    ),
    (
        "zapf chancery|itc zapf chancery|apple chancery",
        "ITC Zapf Chancery|Z003|URW Chancery L|TeX Gyre Chorus|Apple Chancery",
    ),
];

/// The generic families of CSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Generic {
    Serif,
    SansSerif,
    Monospace,
    Cursive,
    Fantasy,
    SystemUi,
}

impl Generic {
    /// Returns the generic family of this name, in small letters.
    fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "serif" | "ui-serif" => Self::Serif,
            "sans-serif" | "sans serif" | "sans" | "ui-sans-serif" | "ui-rounded" => Self::SansSerif,
            "monospace" | "mono" | "ui-monospace" => Self::Monospace,
            "cursive" => Self::Cursive,
            "fantasy" => Self::Fantasy,
            "system-ui" | "-apple-system" | "blinkmacsystemfont" => Self::SystemUi,
            _ => return None,
        })
    }

    /// Guesses the generic family of a font by its name, in small letters.
    fn of_font(name: &str) -> Self {
        let has = |words: &str| words.split('|').any(|word| name.contains(word));
        if has("mono|courier|consolas|menlo|console|code|typewriter|terminal|fixed") {
            Self::Monospace
        } else if has("comic|script|chancery|handwriting|cursive") {
            Self::Cursive
        } else if has("impact|papyrus|fantasy") {
            Self::Fantasy
        } else if has("sans") {
            Self::SansSerif
        } else if has(
            "serif|roman|times|georgia|cambria|garamond|palatino|antiqua|bookman|schoolbook|baskerville|caslon",
        ) || has("didot|bodoni|constantia|minion")
        {
            Self::Serif
        } else {
            Self::SansSerif
        }
    }

    /// Returns families of this kind, best first: those of Linux in fontconfig's order, then those of macOS and
    /// Windows.
    const fn families(self) -> &'static str {
        match self {
            Self::Serif => {
                "Noto Serif|DejaVu Serif|Times New Roman|Liberation Serif|Tinos|Nimbus Roman|Nimbus Roman No9 L|\
                 Times|FreeSerif|Bitstream Vera Serif|Georgia|Droid Serif"
            }
            Self::SansSerif => {
                "Noto Sans|DejaVu Sans|Helvetica|Helvetica Neue|Arial|Liberation Sans|Arimo|Nimbus Sans|\
                 Nimbus Sans L|Verdana|FreeSans|Bitstream Vera Sans|Roboto|Open Sans|Ubuntu|Cantarell|Droid Sans|\
                 Segoe UI|Lucida Grande|Tahoma"
            }
            Self::Monospace => {
                "Noto Sans Mono|DejaVu Sans Mono|Menlo|Consolas|Courier New|Liberation Mono|Cousine|Nimbus Mono PS|\
                 Nimbus Mono L|Courier|FreeMono|Bitstream Vera Sans Mono|Noto Mono|Roboto Mono|Ubuntu Mono|\
                 Droid Sans Mono|Monaco"
            }
            Self::Cursive => {
                "ITC Zapf Chancery|Zapfino|Apple Chancery|Comic Sans MS|Comic Neue|Z003|URW Chancery L|\
                 TeX Gyre Chorus"
            }
            Self::Fantasy => "Impact|Papyrus|Copperplate|Anton",
            Self::SystemUi => "Segoe UI|SF Pro Text|Cantarell|Adwaita Sans|Ubuntu",
        }
    }
}

/// Chooses the family for a text that names `wanted`; `installed` finds families by name, in any case.
pub(super) fn choose<T>(wanted: &[&str], installed: impl Fn(&str) -> Option<T>) -> Option<T> {
    let first_of = |names: &str| names.split('|').find_map(&installed);
    for name in wanted.iter().map(|name| name.trim()) {
        let small = name.to_lowercase();
        let found = match Generic::of_name(&small) {
            Some(generic) => first_of(generic.families()),
            None => installed(name).or_else(|| first_of(alike(&small)?)),
        };
        if found.is_some() {
            return found;
        }
    }
    let first = wanted.first().map_or(String::new(), |name| name.trim().to_lowercase());
    let generic = Generic::of_name(&first).unwrap_or_else(|| Generic::of_font(&first));
    [generic, Generic::SansSerif, Generic::Serif].iter().find_map(|generic| first_of(generic.families()))
}

/// Returns families of the same metrics as this one, given in small letters.
fn alike(name: &str) -> Option<&'static str> {
    ALIKE.iter().find(|(names, _)| names.split('|').any(|one| one == name)).map(|(_, families)| *families)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the choice if these are installed.
    fn choice<'a>(wanted: &[&str], installed: &'a str) -> Option<&'a str> {
        choose(wanted, |name| installed.split('|').find(|font| font.eq_ignore_ascii_case(name)))
    }

    const LINUX: &str = "C059|DejaVu Sans|DejaVu Sans Mono|DejaVu Serif|Liberation Mono|Liberation Sans|Liberation Serif|\
                         Nimbus Mono PS|Nimbus Roman|Nimbus Sans|P052|Z003";
    const MACOS: &str = "Arial|Courier|Courier New|Helvetica|Menlo|Times|Times New Roman|Apple Chancery";
    const WINDOWS: &str = "Arial|Comic Sans MS|Consolas|Courier New|Impact|Segoe UI|Times New Roman";

    #[test]
    fn generic_families_are_those_of_the_system() {
        for (generic, linux, macos, windows) in [
            ("serif", "DejaVu Serif", "Times New Roman", "Times New Roman"),
            ("sans-serif", "DejaVu Sans", "Helvetica", "Arial"),
            ("Sans", "DejaVu Sans", "Helvetica", "Arial"),
            ("monospace", "DejaVu Sans Mono", "Menlo", "Consolas"),
            ("cursive", "Z003", "Apple Chancery", "Comic Sans MS"),
            ("fantasy", "DejaVu Sans", "Helvetica", "Impact"),
            ("system-ui", "DejaVu Sans", "Helvetica", "Segoe UI"),
        ] {
            let chosen = [LINUX, MACOS, WINDOWS].map(|installed| choice(&[generic], installed));
            assert_eq!(chosen, [Some(linux), Some(macos), Some(windows)], "{generic}");
        }
    }

    #[test]
    fn well_known_families_are_set_in_those_of_the_same_metrics() {
        for (name, linux, windows) in [
            ("Arial", "Liberation Sans", "Arial"),
            ("ARIAL", "Liberation Sans", "Arial"),
            ("Helvetica", "Nimbus Sans", "Arial"),
            ("Times", "Nimbus Roman", "Times New Roman"),
            ("Times New Roman", "Liberation Serif", "Times New Roman"),
            ("Courier", "Nimbus Mono PS", "Courier New"),
            ("Courier New", "Liberation Mono", "Courier New"),
            ("Verdana", "DejaVu Sans", "Arial"),
            ("Palatino", "P052", "Times New Roman"),
            ("Menlo", "DejaVu Sans Mono", "Consolas"),
        ] {
            assert_eq!([LINUX, WINDOWS].map(|installed| choice(&[name], installed)), [Some(linux), Some(windows)]);
        }
    }

    #[test]
    fn the_first_family_that_there_is_counts_and_the_kind_of_the_first_otherwise() {
        assert_eq!(choice(&["Inter", "Helvetica", "monospace"], LINUX), Some("Nimbus Sans"));
        assert_eq!(choice(&["Inter", "monospace"], LINUX), Some("DejaVu Sans Mono"));
        assert_eq!(choice(&["Inter"], LINUX), Some("DejaVu Sans"));
        assert_eq!(choice(&["EB Garamond"], LINUX), Some("DejaVu Serif"));
        assert_eq!(choice(&["Fira Code"], LINUX), Some("DejaVu Sans Mono"));
        assert_eq!(choice(&["dejavu serif"], LINUX), Some("DejaVu Serif"));
        assert_eq!(choice(&[], LINUX), Some("DejaVu Sans"));
        assert_eq!(choice(&["Arial"], "Square"), None);
    }
}
