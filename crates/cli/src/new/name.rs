//! [`Name`]: the name of a new package, and its forms.

/// The longest name. A function of AWS Lambda can have it, and no line of a file becomes too long.
const MOST: usize = 40;

/// Names that the library of a package cannot have.
const REFUSED: [(&str, &str); 5] = [
    (
        "is a word of Rust",
        "abstract as async await become box break const continue crate do dyn else enum extern \
         false final fn for gen if impl in let loop macro match mod move mut override priv pub ref \
         return self static struct super trait true try type typeof unsafe unsized use virtual \
         where while yield",
    ),
    (
        "is a crate that every program has",
        "alloc core proc_macro std test",
    ),
    (
        "is a crate that the package uses",
        "reqwest rustls serde_json tokio",
    ),
    (
        "is a folder of build output",
        "build debug deps examples incremental release target",
    ),
    (
        "is a device in Windows",
        "aux com1 com2 com3 com4 com5 com6 com7 com8 com9 con lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 \
         lpt8 lpt9 nul prn",
    ),
];

/// The name of a package: lower-case letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name(String);

impl Name {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let is_allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_');
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) || !text.chars().all(is_allowed) {
            let expected =
                "expected a letter, then letters, digits, `-` and `_`, all in lower case";
            return Err(expected.to_owned());
        }
        if text.len() > MOST {
            return Err(format!("expected at most {MOST} characters"));
        }
        let name = Self(text.to_owned());
        let identifier = name.identifier();
        for (reason, words) in REFUSED {
            if words.split(' ').any(|word| word == identifier) {
                return Err(format!("`{text}` {reason}; choose another name"));
            }
        }
        // Its packages, now and later.
        if identifier == "hydrant" || identifier.starts_with("hydrant_") {
            return Err("the names of hydrant's own packages begin with `hydrant`".to_owned());
        }
        Ok(name)
    }

    /// `acme-mail`
    pub(super) fn package(&self) -> &str {
        &self.0
    }

    /// `acme_mail`
    pub(super) fn identifier(&self) -> String {
        self.0.replace('-', "_")
    }

    /// `ACME_MAIL`
    pub(super) fn variable(&self) -> String {
        self.identifier().to_ascii_uppercase()
    }

    /// `Acme Mail`
    pub(super) fn title(&self) -> String {
        let words = self.0.split(['-', '_']).filter(|word| !word.is_empty());
        let words = words.map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_forms_that_files_need() {
        let name = Name::parse("acme-mail_2").unwrap();
        assert_eq!(name.package(), "acme-mail_2");
        assert_eq!(name.identifier(), "acme_mail_2");
        assert_eq!(name.variable(), "ACME_MAIL_2");
        assert_eq!(name.title(), "Acme Mail 2");
        assert_eq!(Name::parse("a--b-").unwrap().title(), "A B");
    }

    #[test]
    fn names_that_cargo_or_rust_refuses_are_refused_with_a_reason() {
        let longest = "a".repeat(MOST);
        Name::parse(&longest).unwrap();
        for (name, reason) in [
            ("", "expected a letter"),
            ("7up", "expected a letter"),
            ("-a", "expected a letter"),
            ("Acme", "lower case"),
            ("acme mail", "expected a letter"),
            ("../acme", "expected a letter"),
            ("acmé", "expected a letter"),
            (&format!("{longest}a"), "at most 40"),
            ("async", "word of Rust"),
            ("proc-macro", "every program"),
            ("serde-json", "uses"),
            ("target", "build output"),
            ("nul", "Windows"),
            ("hydrant", "hydrant's own"),
            ("hydrant-acme", "hydrant's own"),
        ] {
            let error = Name::parse(name).unwrap_err();
            assert!(error.contains(reason), "{name}: {error}");
        }
    }
}
