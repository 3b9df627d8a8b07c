//! Listings in pages: filters, `MaxResults`, `NextToken`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::ApiError;

/// The largest page, and the default.
/// As many entries fit a page of one answer.
pub const LARGEST_PAGE: usize = 1000;

/// `Filter.n`: an item passes if one of the values is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct Filter {
    pub name: &'static str,
    pub values: Vec<String>,
}

/// Which page of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct Paging {
    pub max_results: Option<usize>,
    pub next_token: Option<String>,
}

/// One page of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are EC2's")]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_token: Option<String>,
}

/// The page asked for. `listing` names what is listed, filters included: a token works for its own listing only.
/// Items are in the order of their keys, and a token is the last key given out: what comes or goes between two
/// pages neither hides nor repeats what stays.
pub(super) fn page<T>(
    listing: &str,
    items: impl Iterator<Item = (String, T)>,
    paging: &Paging,
    cap: Option<usize>,
) -> Result<Page<T>, ApiError> {
    let after = paging
        .next_token
        .as_deref()
        .map(|token| last_key(listing, token))
        .transpose()?;
    let size = paging
        .max_results
        .unwrap_or(LARGEST_PAGE)
        .min(cap.unwrap_or(LARGEST_PAGE))
        .max(1);
    let mut rest = items
        .filter(|(key, _)| after.as_ref().is_none_or(|after| key > after))
        .peekable();
    let mut page = Page {
        items: Vec::new(),
        next_token: None,
    };
    while let Some((key, item)) = rest.next() {
        page.items.push(item);
        if page.items.len() == size {
            page.next_token = rest.peek().is_some().then(|| token(listing, &key));
            break;
        }
    }
    Ok(page)
}

fn token(listing: &str, key: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{listing}\n{key}"))
}

fn last_key(listing: &str, token: &str) -> Result<String, ApiError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(token)
        .map_err(|_| ApiError::InvalidNextToken)?;
    let text = String::from_utf8(bytes).map_err(|_| ApiError::InvalidNextToken)?;
    match text.rsplit_once('\n') {
        Some((of, key)) if of == listing => Ok(key.to_owned()),
        Some(_) | None => Err(ApiError::InvalidNextToken),
    }
}

impl Filter {
    /// Whether every filter lets an item pass of which `value_of` knows the values.
    pub(super) fn all_pass<'a>(
        filters: &[Self],
        value_of: impl Fn(&str) -> Option<&'a str>,
    ) -> bool {
        filters.iter().all(|filter| {
            value_of(filter.name)
                .is_some_and(|value| filter.values.iter().any(|wanted| wanted == value))
        })
    }
}
