//! Which commands of which tabs were carried out: what is told again is not done twice.

use super::command::Origin;
use super::id::TabId;

/// How many tabs are remembered. A tab tells again what the last one in charge has not answered, within seconds; so only
/// those are missed that slept through the loading of so many others.
const MAX: usize = 32;

/// The last command that was carried out of each tab; the tab that was busy last comes last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken(Vec<(TabId, u64)>);

impl Taken {
    /// Notes that a command is carried out; false where it was before.
    pub(crate) fn note(&mut self, origin: Origin) -> bool {
        match self.0.iter().position(|(tab, _)| *tab == origin.tab) {
            Some(at) if self.0[at].1 >= origin.number => return false,
            Some(at) => drop(self.0.remove(at)),
            None if self.0.len() >= MAX => drop(self.0.remove(0)),
            None => {}
        }
        self.0.push((origin.tab, origin.number));
        true
    }

    /// In numbers, to be stored.
    pub(crate) fn pairs(&self) -> Vec<(u64, u64)> {
        self.0.iter().map(|(tab, number)| (tab.0, *number)).collect()
    }

    /// As it was stored.
    pub(crate) fn of_pairs(pairs: Vec<(u64, u64)>) -> Self {
        Self(pairs.into_iter().map(|(tab, number)| (TabId(tab), number)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(tab: u64, number: u64) -> Origin {
        Origin { tab: TabId(tab), number }
    }

    #[test]
    fn each_command_of_each_tab_is_new_once() {
        let mut taken = Taken::default();
        assert!(taken.note(origin(1, 1)) && taken.note(origin(2, 1)) && taken.note(origin(1, 2)));
        assert!(!taken.note(origin(1, 2)) && !taken.note(origin(1, 1)) && !taken.note(origin(2, 1)));
        assert_eq!(Taken::of_pairs(taken.pairs()), taken);
    }

    #[test]
    fn the_tabs_that_were_busy_last_are_remembered() {
        let mut taken = Taken::default();
        for tab in 0..=MAX as u64 {
            assert!(taken.note(origin(tab, 1)));
            assert!(taken.note(origin(0, 2 + tab)), "it is always busy");
        }
        assert_eq!(taken.pairs().len(), MAX);
        assert!(!taken.note(origin(0, 3)) && !taken.note(origin(MAX as u64, 1)) && !taken.note(origin(3, 1)));
    }
}
