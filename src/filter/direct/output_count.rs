//! How many outputs a term has, as far as that is known before it runs.

/// How many outputs a term has for one input, if it does not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutputCount {
    most: Most,
    /// It holds only where each filter parameter that the term may call has one output.
    depends_on_parameters: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Most {
    One,
    OneOrNone,
    Many,
}

impl OutputCount {
    /// Exactly one.
    pub(super) const ONE: Self = Self::of(Most::One);
    /// One or none.
    pub(super) const OPTIONAL: Self = Self::of(Most::OneOrNone);
    /// Any number.
    pub(super) const MANY: Self = Self::of(Most::Many);
    /// As many as a parameter has.
    pub(super) const OF_PARAMETER: Self = Self {
        most: Most::One,
        depends_on_parameters: true,
    };

    const fn of(most: Most) -> Self {
        Self {
            most,
            depends_on_parameters: false,
        }
    }

    /// Exactly one, whatever the parameters are.
    #[inline(always)]
    pub(super) fn is_one(self) -> bool {
        self.most == Most::One && !self.depends_on_parameters
    }

    /// At most one, whatever the parameters are.
    pub(super) fn is_optional(self) -> bool {
        self.most != Most::Many && !self.depends_on_parameters
    }

    /// Exactly one where each parameter has one output.
    pub(super) fn is_one_with_parameters(self) -> bool {
        self.most == Most::One
    }

    pub(super) fn depends_on_parameters(self) -> bool {
        self.depends_on_parameters
    }

    /// The outputs where each parameter has one.
    pub(super) fn without_parameters(self) -> Self {
        Self::of(self.most)
    }

    /// The outputs of a term that has those of `other` for each of its own.
    pub(super) fn times(self, other: Self) -> Self {
        let most = self.most.max(other.most);
        Self {
            most,
            depends_on_parameters: most != Most::Many
                && (self.depends_on_parameters || other.depends_on_parameters),
        }
    }

    /// The outputs of the one term or of the other.
    pub(super) fn or(self, other: Self) -> Self {
        self.times(other)
    }
}
