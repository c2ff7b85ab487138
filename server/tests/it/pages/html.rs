//! A small, strict reader of HTML: enough to see whether our pages are what they should be. Unlike a browser it
//! forgives nothing, so what it accepts every browser reads alike.

const VOID: [&str; 8] = ["meta", "link", "input", "img", "br", "hr", "path", "rect"];

/// A page, as the list of its elements in order.
pub(crate) struct Html {
    pub(crate) elements: Vec<Element>,
}

/// One element with the text directly in it, unescaped, and its attributes, unescaped.
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Html {
    pub(crate) fn read(page: &str) -> Result<Self, String> {
        let mut rest = page.strip_prefix("<!DOCTYPE html>").ok_or("no doctype")?;
        let mut elements: Vec<Element> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        while let Some(start) = rest.find('<') {
            let text = unescape(&rest[..start])?;
            match open.last() {
                Some(parent) => elements[*parent].text.push_str(&text),
                None if text.trim().is_empty() => {}
                None => return Err(format!("text outside of everything: {text:?}")),
            }
            rest = &rest[start + 1..];
            if let Some(closing) = rest.strip_prefix('/') {
                let (name, after) = closing.split_once('>').ok_or("an end tag without end")?;
                let opened = open.pop().map(|index| elements[index].name.clone());
                if opened.as_deref() != Some(name) {
                    return Err(format!("</{name}> closes {opened:?}"));
                }
                rest = after;
                continue;
            }
            let (element, closed, after) = read_tag(rest)?;
            let is_void = closed || VOID.contains(&element.name.as_str());
            elements.push(element);
            if !is_void {
                open.push(elements.len() - 1);
            }
            rest = after;
        }
        if let Some(index) = open.last() {
            return Err(format!("<{}> stays open", elements[*index].name));
        }
        Ok(Self { elements })
    }

    /// Whether there is an element like `form#id`, `p.class`, `li[name=value]` or `li[name=*]`.
    pub(crate) fn has(&self, selector: &str) -> bool {
        let end = selector.find(['#', '.', '[']).unwrap_or(selector.len());
        let (name, condition) = selector.split_at(end);
        self.elements
            .iter()
            .filter(|element| element.name == name)
            .any(|element| {
                if let Some(id) = condition.strip_prefix('#') {
                    return element.attribute("id") == Some(id);
                }
                if let Some(class) = condition.strip_prefix('.') {
                    return element
                        .attribute("class")
                        .is_some_and(|all| all.split(' ').any(|one| one == class));
                }
                let Some((attribute, value)) = condition.trim_matches(['[', ']']).split_once('=') else {
                    return true;
                };
                element
                    .attribute(attribute)
                    .is_some_and(|found| value == "*" || found == value)
            })
    }
}

/// Reads `name attribute="value" flag>`; says whether it closed itself, and what comes after.
fn read_tag(tag: &str) -> Result<(Element, bool, &str), String> {
    let end = tag
        .find(|c: char| !c.is_ascii_alphanumeric())
        .ok_or("a tag without end")?;
    let (name, mut rest) = tag.split_at(end);
    if name.is_empty() {
        return Err(format!(
            "a bare < before {:?}",
            tag.chars().take(20).collect::<String>()
        ));
    }
    let mut element = Element {
        name: name.to_owned(),
        attributes: Vec::new(),
        text: String::new(),
    };
    loop {
        let trimmed = rest.trim_start();
        if let Some(after) = trimmed.strip_prefix("/>") {
            return Ok((element, true, after));
        }
        if let Some(after) = trimmed.strip_prefix('>') {
            return Ok((element, false, after));
        }
        if trimmed.len() == rest.len() {
            return Err(format!(
                "<{name}>: no space before {:?}",
                rest.chars().take(20).collect::<String>()
            ));
        }
        let end = trimmed
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            .ok_or("an attribute without end")?;
        let (attribute, after) = trimmed.split_at(end);
        if attribute.is_empty() || element.attribute(attribute).is_some() {
            return Err(format!(
                "<{name}>: an attribute {attribute:?} that is empty or stands twice"
            ));
        }
        let (value, after) = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').ok_or("an attribute without closing quote")?,
            None => ("", after),
        };
        if value.contains('<') {
            return Err(format!("<{name}>: {attribute} holds a bare <"));
        }
        element.attributes.push((attribute.to_owned(), unescape(value)?));
        rest = after;
    }
}

fn unescape(text: &str) -> Result<String, String> {
    let mut pieces = text.split('&');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (entity, after) = piece
            .split_once(';')
            .ok_or_else(|| format!("a bare & before {piece:?}"))?;
        plain.push(match entity {
            "amp" | "#38" => '&',
            "lt" | "#60" => '<',
            "gt" | "#62" => '>',
            "quot" | "#34" => '"',
            "#39" => '\'',
            other => return Err(format!("an unknown entity &{other};")),
        });
        plain.push_str(after);
    }
    Ok(plain)
}
