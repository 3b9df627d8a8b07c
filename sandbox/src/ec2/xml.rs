//! Just enough XML to answer as EC2 does.

use quick_xml::escape::escape;

/// XML under construction.
#[derive(Debug, Default)]
pub(super) struct Xml(String);

impl Xml {
    /// A whole document.
    pub(super) fn document(
        root: &str,
        namespace: Option<&str>,
        content: impl FnOnce(&mut Self),
    ) -> String {
        let mut xml = Self(String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
        let namespace = namespace
            .map(|uri| format!(" xmlns=\"{uri}\""))
            .unwrap_or_default();
        xml.0.extend(["<", root, &namespace, ">"]);
        content(&mut xml);
        xml.close(root);
        xml.0
    }

    /// `<name>value</name>`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "references and small values alike"
    )]
    pub(super) fn text(&mut self, name: &str, value: impl ToString) {
        self.open(name);
        self.0.push_str(&escape(value.to_string()));
        self.close(name);
    }

    /// The same, or nothing where there is no value.
    pub(super) fn optional(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// `<name>…</name>`.
    pub(super) fn nest(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.open(name);
        content(self);
        self.close(name);
    }

    /// `<name><item>…</item>…</name>`.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        content: impl FnMut(&mut Self, T),
    ) {
        self.list_of(name, "item", items, content);
    }

    /// The same, with another name for the items.
    pub(super) fn list_of<T>(
        &mut self,
        name: &str,
        item_name: &str,
        items: impl IntoIterator<Item = T>,
        mut content: impl FnMut(&mut Self, T),
    ) {
        self.nest(name, |xml| {
            for item in items {
                xml.nest(item_name, |xml| content(xml, item));
            }
        });
    }

    /// `<name><item>value</item>…</name>`.
    pub(super) fn texts(&mut self, name: &str, values: impl IntoIterator<Item = impl ToString>) {
        self.nest(name, |xml| {
            for value in values {
                xml.text("item", value);
            }
        });
    }

    /// `<name><code>code</code></name>`, as EC2 writes a status.
    pub(super) fn status(&mut self, name: &str, code: &str) {
        self.nest(name, |xml| xml.text("code", code));
    }

    fn open(&mut self, name: &str) {
        self.0.extend(["<", name, ">"]);
    }

    fn close(&mut self, name: &str) {
        self.0.extend(["</", name, ">"]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_cannot_break_the_document() {
        let xml = Xml::document("Root", Some("urn:x"), |xml| {
            xml.text("a", "<&\"'>");
            xml.optional("none", None::<&str>);
            xml.texts("list", ["1", "2"]);
        });
        assert_eq!(
            xml,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Root xmlns=\"urn:x\">\
             <a>&lt;&amp;&quot;&apos;&gt;</a><list><item>1</item><item>2</item></list></Root>"
        );
    }
}
