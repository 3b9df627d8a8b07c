//! Texts of administrators' pages, in one place for each language.

mod now_en;
mod now_ja;
mod now_texts;
mod use_en;
mod use_ja;
mod use_texts;

pub(crate) use now_texts::NowTexts;
pub(crate) use use_texts::UseTexts;
