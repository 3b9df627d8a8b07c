//! Texts of administrators' pages, in one place for each language.

mod use_en;
mod use_ja;
mod use_texts;

pub(crate) use use_texts::UseTexts;
