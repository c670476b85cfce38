//! Projection: the fields that a filter uses of its input, found while the input is scanned.
//!
//! A field's slot holds the offset of its value in the text, so that evaluation does not search the object again.

use dq_json::read::{Found, Visitor};
use dq_json::value::{MembersAt, RawValue, SeenKeys, SharedStr, StringLiteral, ValueKind};

/// The fields that a filter uses of its input, as a tree.
#[derive(Debug, Default)]
pub(super) struct Projection {
    fields: Vec<ProjectedField>,
    /// The path of each slot.
    paths: Vec<Vec<SharedStr>>,
    /// The fields of the input itself.
    roots: Vec<usize>,
    /// Whether the offsets of all keys of the input are kept, for what goes through its members.
    keeps_keys: bool,
}

#[derive(Debug)]
struct ProjectedField {
    key: SharedStr,
    slot: usize,
    /// The fields used of its value.
    children: Vec<usize>,
    /// Whether only equal bytes are an equal key. Not so if the key has a replacement character: in a text, any invalid
    /// UTF-8 may stand for it.
    is_exact: bool,
}

impl ProjectedField {
    #[inline(always)]
    fn is(&self, key: StringLiteral) -> bool {
        if self.is_exact && !key.is_escaped {
            key.content == self.key.as_bytes()
        } else {
            key.equals(&self.key)
        }
    }
}

impl Projection {
    /// Keeps the offsets of all keys of the input.
    pub(super) fn keep_keys(&mut self) {
        self.keeps_keys = true;
    }

    /// Whether no field has a slot.
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The slot of a path; it is added if there is none.
    pub(super) fn slot(&mut self, path: &[SharedStr]) -> usize {
        let mut parent = None;
        for (depth, key) in path.iter().enumerate() {
            let siblings = self.children(parent);
            let known = siblings
                .iter()
                .find(|field| self.fields[**field].key == *key);
            let field = known.copied().unwrap_or_else(|| {
                self.paths.push(path[..=depth].to_vec());
                self.fields.push(ProjectedField {
                    key: key.clone(),
                    slot: self.paths.len() - 1,
                    children: Vec::new(),
                    is_exact: !key.contains(char::REPLACEMENT_CHARACTER),
                });
                self.fields.len() - 1
            });
            let siblings = match parent {
                None => &mut self.roots,
                Some(parent) => &mut self.fields[parent].children,
            };
            if !siblings.contains(&field) {
                siblings.push(field);
            }
            parent = Some(field);
        }
        parent.map_or(0, |field| self.fields[field].slot)
    }

    fn children(&self, parent: Option<usize>) -> &[usize] {
        match parent {
            None => &self.roots,
            Some(parent) => &self.fields[parent].children,
        }
    }

    /// The keys that lead to a slot.
    pub(super) fn path(&self, slot: usize) -> &[SharedStr] {
        &self.paths[slot]
    }
}

/// The offset of a field that was not found.
const NOT_FOUND: u32 = u32::MAX;

/// The index of no field.
const NO_FIELD: usize = usize::MAX;

/// The offsets of the projected fields in the text of one input.
#[derive(Debug)]
pub(super) struct FieldSlots<'p> {
    projection: &'p Projection,
    found: Found,
    /// The projected field whose value is scanned next.
    next: usize,
    /// The projected fields of the innermost open object.
    wanted: &'p [usize],
    /// Those of the objects around it.
    outer: Vec<&'p [usize]>,
    /// The number of open containers inside of it, which have no projected fields.
    skipped_depth: usize,
    /// The keys of the input that are kept so far.
    seen: SeenKeys,
    fingerprints: Vec<u64>,
}

impl<'p> FieldSlots<'p> {
    /// Slots for the fields of a projection.
    pub(super) fn new(projection: &'p Projection) -> Self {
        Self {
            projection,
            found: Found {
                offsets: vec![NOT_FOUND; projection.paths.len()],
                keys: Vec::new(),
                has_unique_keys: true,
                max_depth: 0,
            },
            next: NO_FIELD,
            wanted: &[],
            outer: Vec::new(),
            skipped_depth: 0,
            seen: SeenKeys::new(&[]),
            fingerprints: Vec::new(),
        }
    }

    /// Forgets the last input.
    pub(super) fn reset(&mut self) {
        self.found.offsets.fill(NOT_FOUND);
        self.next = NO_FIELD;
        self.wanted = &[];
        self.outer.clear();
        self.skipped_depth = 0;
        self.found.max_depth = 0;
        if self.projection.keeps_keys {
            self.found.keys.clear();
            self.found.has_unique_keys = true;
            self.fingerprints.clear();
            self.seen = SeenKeys::new(&[]);
        }
    }

    /// The depth to which arrays and objects are nested in the last input.
    pub(super) fn max_depth(&self) -> usize {
        self.found.max_depth
    }

    /// The value of a field; `input` is the text that was scanned. `None` if the input does not have the field.
    #[inline(always)]
    pub(super) fn get<'t>(&self, slot: usize, input: RawValue<'t>) -> Option<RawValue<'t>> {
        match self.found.offsets[slot] {
            NOT_FOUND => None,
            at => input.bytes().get(at as usize..).map(RawValue::from_valid),
        }
    }

    /// The members of the input, the text that was scanned, if it is an object and its keys are kept. `None` also where
    /// a key may be repeated.
    pub(super) fn members<'t>(&self, input: RawValue<'t>) -> Option<MembersAt<'_, 't>> {
        let are_known = self.projection.keeps_keys && self.found.has_unique_keys;
        (are_known && input.kind() == ValueKind::Object)
            .then(|| MembersAt::new(input, &self.found.keys))
    }

    /// Whether the next container is the input itself.
    #[inline(always)]
    fn is_before_input(&self) -> bool {
        self.outer.is_empty() && self.skipped_depth == 0
    }

    /// Keeps a key of the input.
    fn keep_key(&mut self, at: usize, key: StringLiteral) {
        let found = &mut self.found;
        if found.has_unique_keys {
            found.has_unique_keys = self.seen.insert(key, &mut self.fingerprints);
            found.keys.push(at as u32);
        }
    }

    /// Notes that a value begins; gives the fields that are projected of it.
    #[inline(always)]
    fn begin_value(&mut self, at: usize) -> &'p [usize] {
        let projection = self.projection;
        if self.next == NO_FIELD {
            return if self.is_before_input() {
                &projection.roots
            } else {
                &[]
            };
        }
        let field = &projection.fields[std::mem::replace(&mut self.next, NO_FIELD)];
        self.found.offsets[field.slot] = at as u32;
        &field.children
    }

    /// Forgets a field and those inside of it: if a key is repeated, only its last value counts.
    fn forget(&mut self, field: usize) {
        let field = &self.projection.fields[field];
        self.found.offsets[field.slot] = NOT_FOUND;
        for inner in &field.children {
            self.forget(*inner);
        }
    }
}

impl Visitor for FieldSlots<'_> {
    #[inline(always)]
    fn begin_container(&mut self, at: usize, bracket: u8) {
        let keeps_keys = self.projection.keeps_keys && self.is_before_input();
        let wanted = self.begin_value(at);
        if (wanted.is_empty() && !keeps_keys) || bracket != b'{' {
            self.skipped_depth += 1;
        } else {
            self.outer.push(std::mem::replace(&mut self.wanted, wanted));
        }
        let depth = self.outer.len() + self.skipped_depth;
        self.found.max_depth = self.found.max_depth.max(depth);
    }

    #[inline(always)]
    fn end_container(&mut self) {
        if self.skipped_depth > 0 {
            self.skipped_depth -= 1;
        } else {
            self.wanted = self.outer.pop().unwrap_or_default();
        }
    }

    #[inline(always)]
    fn wants_key(&self) -> bool {
        self.skipped_depth == 0
    }

    #[inline(always)]
    fn visit_key(&mut self, at: usize, key: StringLiteral) {
        let projection = self.projection;
        if projection.keeps_keys && self.outer.len() == 1 {
            self.keep_key(at, key);
        }
        for field in self.wanted {
            if projection.fields[*field].is(key) {
                if self.found.offsets[projection.fields[*field].slot] != NOT_FOUND {
                    self.forget(*field);
                }
                self.next = *field;
                return;
            }
        }
    }

    #[inline(always)]
    fn visit_scalar(&mut self, at: usize) {
        if self.next != NO_FIELD {
            self.begin_value(at);
        }
    }

    fn found(&mut self) -> Option<&mut Found> {
        Some(&mut self.found)
    }
}
