//! EC2's answers read by another parser, to hold against what the adapter makes of them.

use roxmltree::{Document, Node, NodeType};

/// One item of a listing: the texts of its fields, `status/code` for one field within another.
#[derive(Debug)]
pub(crate) struct Item(Vec<(String, String)>);

impl Item {
    /// A field's text; `None`: it is missing.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        let mut fields = self.0.iter();
        fields
            .find(|(name, _)| name == path)
            .map(|(_, text)| &**text)
    }
}

/// The items of the listing of this name; `None` where two readers may rightly see different things: text that is not
/// XML to the letter, or that uses what EC2 does not (comments, sections, prefixes, an element twice).
pub(crate) fn items(answer: &[u8], listing: &str) -> Option<Vec<Item>> {
    let text = std::str::from_utf8(answer).ok()?;
    if text.contains("<!") || text.contains("&#") || text.matches("<?").count() > 1 {
        return None;
    }
    let document = Document::parse(text).ok()?;
    let root = document.root_element();
    let plain = root.descendants().filter(Node::is_element).all(|node| {
        let name = node.tag_name();
        name.namespace() == root.tag_name().namespace() && node.attributes().next().is_none()
    });
    let prefixed = text.contains("xmlns:");
    if !plain || prefixed || has_twins(root) {
        return None;
    }
    let mut listings = elements(root).filter(|node| node.tag_name().name() == listing);
    let Some(items) = listings.next() else {
        return Some(Vec::new());
    };
    elements(items).map(item).collect()
}

/// An element that stands twice where one is meant.
fn has_twins(node: Node<'_, '_>) -> bool {
    let mut names: Vec<&str> = elements(node)
        .map(|child| child.tag_name().name())
        .filter(|name| *name != "item")
        .collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    names.len() < all || elements(node).any(has_twins)
}

fn elements<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

fn item(node: Node<'_, '_>) -> Option<Item> {
    if node.tag_name().name() != "item" {
        return None;
    }
    let mut fields = Vec::new();
    for child in elements(node) {
        let name = child.tag_name().name();
        fields.push((name.to_owned(), text(child)));
        for inner in elements(child) {
            let path = format!("{name}/{}", inner.tag_name().name());
            fields.push((path, text(inner)));
        }
    }
    Some(Item(fields))
}

fn text(node: Node<'_, '_>) -> String {
    let texts = node
        .children()
        .filter(|child| child.node_type() == NodeType::Text);
    texts.filter_map(|child| child.text()).collect()
}
