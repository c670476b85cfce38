//! Fields of an input that are found while it is read.

use std::rc::Rc;

use dq_json::read::Visitor;
use dq_json::value::{RawValue, StringLiteral};

/// The fields a filter wants of its input, as a tree.
#[derive(Debug, Default)]
pub struct Wants {
    fields: Vec<Field>,
    /// The path of each slot.
    paths: Vec<Vec<Rc<str>>>,
    /// The fields wanted of the input itself.
    top: Vec<usize>,
}

#[derive(Debug)]
struct Field {
    key: Rc<str>,
    slot: usize,
    /// The fields wanted of its value.
    inside: Vec<usize>,
    /// There is no replacement character in the key: only the same bytes are the same key.
    is_exact: bool,
}

impl Field {
    #[inline(always)]
    fn is(&self, key: StringLiteral) -> bool {
        if self.is_exact && !key.is_escaped {
            key.content == self.key.as_bytes()
        } else {
            key.equals(&self.key)
        }
    }
}

impl Wants {
    /// The slot of a path, made if there is none.
    pub fn slot(&mut self, path: &[Rc<str>]) -> usize {
        let mut parent = None;
        for (depth, key) in path.iter().enumerate() {
            let siblings = self.inside(parent);
            let known = siblings
                .iter()
                .find(|field| self.fields[**field].key == *key);
            let field = known.copied().unwrap_or_else(|| {
                self.paths.push(path[..=depth].to_vec());
                self.fields.push(Field {
                    key: key.clone(),
                    slot: self.paths.len() - 1,
                    inside: Vec::new(),
                    is_exact: !key.contains(char::REPLACEMENT_CHARACTER),
                });
                self.fields.len() - 1
            });
            let siblings = match parent {
                None => &mut self.top,
                Some(parent) => &mut self.fields[parent].inside,
            };
            if !siblings.contains(&field) {
                siblings.push(field);
            }
            parent = Some(field);
        }
        parent.map_or(0, |field| self.fields[field].slot)
    }

    fn inside(&self, parent: Option<usize>) -> &[usize] {
        match parent {
            None => &self.top,
            Some(parent) => &self.fields[parent].inside,
        }
    }

    /// The keys that lead to a slot.
    pub fn path(&self, slot: usize) -> &[Rc<str>] {
        &self.paths[slot]
    }
}

/// No place: the field was not there.
const NOWHERE: u32 = u32::MAX;

/// No field.
const NONE: usize = usize::MAX;

/// Where the wanted fields of one input stand in its text.
#[derive(Debug)]
pub struct Slots<'w> {
    wants: &'w Wants,
    places: Vec<u32>,
    /// The field whose value comes next.
    next: usize,
    /// The fields wanted of the object that is open.
    wanted: &'w [usize],
    /// What was wanted of those around it.
    around: Vec<&'w [usize]>,
    /// Containers that are open inside of it, of which nothing is wanted.
    below: usize,
    /// The most that were open at once.
    deepest: usize,
}

impl<'w> Slots<'w> {
    pub fn new(wants: &'w Wants) -> Self {
        Self {
            wants,
            places: vec![NOWHERE; wants.paths.len()],
            next: NONE,
            wanted: &[],
            around: Vec::new(),
            below: 0,
            deepest: 0,
        }
    }

    /// Gets ready for another input.
    pub fn reset(&mut self) {
        self.places.fill(NOWHERE);
        self.next = NONE;
        self.wanted = &[];
        self.around.clear();
        self.below = 0;
        self.deepest = 0;
    }

    /// The most levels of arrays and objects inside one another.
    pub fn deepest(&self) -> usize {
        self.deepest
    }

    /// The text of a wanted field in the input it was found in.
    #[inline(always)]
    pub fn get<'t>(&self, slot: usize, input: RawValue<'t>) -> Option<RawValue<'t>> {
        match self.places[slot] {
            NOWHERE => None,
            at => input.bytes().get(at as usize..).map(RawValue::from_valid),
        }
    }

    /// The value of the field wanted next begins; the fields that are wanted of it, or of the input itself.
    #[inline(always)]
    fn place(&mut self, at: usize) -> &'w [usize] {
        let wants = self.wants;
        if self.next == NONE {
            return if self.around.is_empty() && self.below == 0 {
                &wants.top
            } else {
                &[]
            };
        }
        let field = &wants.fields[std::mem::replace(&mut self.next, NONE)];
        self.places[field.slot] = at as u32;
        &field.inside
    }

    /// A key that comes again takes back what was found before.
    fn forget(&mut self, field: usize) {
        let field = &self.wants.fields[field];
        self.places[field.slot] = NOWHERE;
        for inner in &field.inside {
            self.forget(*inner);
        }
    }
}

impl Visitor for Slots<'_> {
    #[inline(always)]
    fn begin_container(&mut self, at: usize, bracket: u8) {
        let wanted = self.place(at);
        if wanted.is_empty() || bracket != b'{' {
            self.below += 1;
        } else {
            self.around
                .push(std::mem::replace(&mut self.wanted, wanted));
        }
        self.deepest = self.deepest.max(self.around.len() + self.below);
    }

    #[inline(always)]
    fn end_container(&mut self) {
        if self.below > 0 {
            self.below -= 1;
        } else {
            self.wanted = self.around.pop().unwrap_or_default();
        }
    }

    #[inline(always)]
    fn wants_key(&self) -> bool {
        self.below == 0
    }

    #[inline(always)]
    fn visit_key(&mut self, key: StringLiteral) {
        let wants = self.wants;
        for field in self.wanted {
            if wants.fields[*field].is(key) {
                if self.places[wants.fields[*field].slot] != NOWHERE {
                    self.forget(*field);
                }
                self.next = *field;
                return;
            }
        }
    }

    #[inline(always)]
    fn visit_scalar(&mut self, at: usize) {
        if self.next != NONE {
            self.place(at);
        }
    }
}
