//! Pages of lists (GitHub documentation, "Using pagination in the REST API"): `per_page`, `page`, and the `Link` header
//! (RFC 8288) that leads on.

use crate::params::Params;

/// What GitHub gives without a wish, and at most.
const USUAL: i64 = 30;
const MOST: i64 = 100;
/// Farther pages than anybody has.
const LAST: i64 = 1_000_000;

/// Which page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// Entries on a page: 1 to 100.
    pub per_page: i64,
    /// The page, from 1.
    pub page: i64,
}

impl Paging {
    /// From the query. What is no number, or none that makes sense, counts as absent, as it does there.
    #[must_use]
    pub fn parse(query: &Params) -> Self {
        let number = |name: &str| {
            query
                .get(name)
                .and_then(|value| value.parse::<i64>().ok())
                .filter(|number| *number > 0)
        };
        Self {
            per_page: number("per_page").unwrap_or(USUAL).min(MOST),
            page: number("page").unwrap_or(1).min(LAST),
        }
    }

    /// How many entries stand before this page.
    #[must_use]
    pub const fn offset(self) -> i64 {
        (self.page - 1) * self.per_page
    }

    /// The entries of this page.
    #[must_use]
    pub fn cut<T>(self, all: &[T]) -> &[T] {
        let at = |position: i64| usize::try_from(position).unwrap_or(usize::MAX).min(all.len());
        &all[at(self.offset())..at(self.offset() + self.per_page)]
    }

    /// The value of `Link`; `None` when there is nowhere to go. `more`: whether a page follows. `total`: the number of
    /// all entries, where it is known.
    #[must_use]
    pub fn link(self, address: &str, more: bool, total: Option<usize>) -> Option<String> {
        let to = |page: i64, rel: &str| format!("<{address}?per_page={}&page={page}>; rel=\"{rel}\"", self.per_page);
        let last = total.map(|total| {
            let total = i64::try_from(total).unwrap_or(i64::MAX);
            total.saturating_sub(1) / self.per_page + 1
        });
        let mut links = Vec::with_capacity(4);
        if self.page > 1 {
            let before = last.map_or(self.page - 1, |last| last.min(self.page - 1));
            links.push(to(before, "prev"));
        }
        if more {
            links.push(to(self.page + 1, "next"));
            links.extend(last.map(|last| to(last, "last")));
        }
        if self.page > 1 {
            links.push(to(1, "first"));
        }
        (!links.is_empty()).then(|| links.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> (i64, i64) {
        let paging = Paging::parse(&Params::parse(query.as_bytes()).expect("a query"));
        (paging.per_page, paging.page)
    }

    #[test]
    fn numbers_have_limits_and_nonsense_counts_as_absent() {
        for (query, expected) in [
            ("", (30, 1)),
            ("per_page=2&page=3", (2, 3)),
            ("per_page=1000", (100, 1)),
            ("per_page=0&page=0", (30, 1)),
            ("per_page=-1&page=-7", (30, 1)),
            ("per_page=x&page=1e9", (30, 1)),
            ("page=9223372036854775807", (30, LAST)),
            ("page=99999999999999999999", (30, 1)),
        ] {
            assert_eq!(parse(query), expected, "{query}");
        }
    }

    #[test]
    fn pages_are_cut_and_linked() {
        let all = [1, 2, 3, 4, 5];
        let page = |per_page, page| Paging { per_page, page };
        assert_eq!(page(2, 1).cut(&all), [1, 2]);
        assert_eq!(page(2, 3).cut(&all), [5]);
        assert!(page(2, 4).cut(&all).is_empty() && page(100, LAST).cut(&all).is_empty());
        let link = |page: Paging, more| page.link("https://id.example.com/user/teams", more, Some(5));
        assert_eq!(link(page(5, 1), false), None);
        assert_eq!(
            link(page(2, 1), true).as_deref(),
            Some(
                "<https://id.example.com/user/teams?per_page=2&page=2>; rel=\"next\", \
                 <https://id.example.com/user/teams?per_page=2&page=3>; rel=\"last\""
            )
        );
        let middle = link(page(2, 2), true).expect("links");
        for rel in [
            "page=1>; rel=\"prev\"",
            "page=3>; rel=\"next\"",
            "page=3>; rel=\"last\"",
            "page=1>; rel=\"first\"",
        ] {
            assert!(middle.contains(rel), "{rel} in {middle}");
        }
        let end = link(page(2, 3), false).expect("links");
        assert!(!end.contains("next") && end.contains("page=2>; rel=\"prev\""));
        assert!(
            link(page(2, 9), false)
                .expect("links")
                .contains("page=3>; rel=\"prev\""),
            "back to what there is"
        );
        let unknown = page(2, 2).link("a", true, None).expect("links");
        assert!(unknown.contains("next") && !unknown.contains("last"));
    }
}
