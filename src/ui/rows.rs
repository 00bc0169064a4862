//! Lists whose rows change one by one: a write to a row draws that row and nothing else.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::Hash;

use leptos::prelude::*;

/// A sorted list of rows: the order is one signal, every row another.
pub(crate) struct Rows<K: 'static, T: 'static> {
    order: RwSignal<Vec<Place<K>>>,
    cells: StoredValue<Cells<K, T>>,
    compare: fn(&T, &T) -> Ordering,
}

/// Names a row for as long as it is in the list. A row that left and came back is another one, so that the screen
/// never goes on drawing the one that left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place<K> {
    /// The row's key.
    pub(crate) key: K,
    serial: u32,
}

struct Cells<K, T> {
    map: HashMap<K, (u32, ArcRwSignal<T>)>,
    next: u32,
}

impl<K, T> Clone for Rows<K, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, T> Copy for Rows<K, T> {}

impl<K, T> Rows<K, T>
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
    T: PartialEq + Send + Sync + 'static,
{
    pub(crate) fn new(compare: fn(&T, &T) -> Ordering) -> Self {
        Self {
            order: RwSignal::new(Vec::new()),
            cells: StoredValue::new(Cells { map: HashMap::new(), next: 0 }),
            compare,
        }
    }

    /// The places in order; tracks the order, not the rows.
    pub(crate) fn places(&self) -> Vec<Place<K>> {
        self.order.get()
    }

    /// The order, to be tracked or looked at without a copy.
    pub(crate) fn order(&self) -> RwSignal<Vec<Place<K>>> {
        self.order
    }

    /// The row of a key. Not tracked: it says what is there now.
    pub(crate) fn row(&self, key: &K) -> Option<ArcRwSignal<T>> {
        self.cells.with_value(|cells| cells.map.get(key).map(|(_, row)| row.clone()))
    }

    /// The row of a key, looked for again whenever rows come, go or move.
    pub(crate) fn find(&self, key: &K) -> Option<ArcRwSignal<T>> {
        self.order.track();
        self.row(key)
    }

    /// Whether there are no rows; tracked.
    pub(crate) fn is_empty(&self) -> bool {
        self.order.with(Vec::is_empty)
    }

    /// Puts a row in its place, new or changed.
    pub(crate) fn upsert(&self, key: K, value: T) {
        let Some(row) = self.row(&key) else {
            let place = self.cells.try_update_value(|cells| cells.insert(key, value));
            if let Some(place) = place {
                self.order.update(|order| self.place(order, place));
            }
            return;
        };
        let moved = (self.compare)(&row.read_untracked(), &value) != Ordering::Equal;
        if *row.read_untracked() != value {
            row.set(value);
        }
        if moved && !self.in_order(&key) {
            self.order.update(|order| {
                if let Some(at) = order.iter().position(|place| place.key == key) {
                    let place = order.remove(at);
                    self.place(order, place);
                }
            });
        }
    }

    /// Takes a row out.
    pub(crate) fn remove(&self, key: &K) {
        self.order.update(|order| order.retain(|place| place.key != *key));
        self.cells.update_value(|cells| {
            cells.map.remove(key);
        });
    }

    /// Replaces all rows by these, which are in order. Rows that stay are kept, and drawn only where they differ.
    pub(crate) fn replace(&self, rows: impl IntoIterator<Item = (K, T)>) {
        let mut changed = Vec::new();
        let order = self.cells.try_update_value(|cells| {
            let mut before = std::mem::take(&mut cells.map);
            let mut order = Vec::new();
            for (key, value) in rows {
                let place = match before.remove(&key) {
                    Some((serial, row)) => {
                        changed.push((row.clone(), value));
                        cells.map.insert(key, (serial, row));
                        Place { key, serial }
                    }
                    None => cells.insert(key, value),
                };
                order.push(place);
            }
            order
        });
        for (row, value) in changed {
            if *row.read_untracked() != value {
                row.set(value);
            }
        }
        if let Some(order) = order
            && *self.order.read_untracked() != order
        {
            self.order.set(order);
        }
    }

    fn place(&self, order: &mut Vec<Place<K>>, place: Place<K>) {
        let at = self.cells.with_value(|cells| {
            let Some((_, new)) = cells.map.get(&place.key) else { return order.len() };
            let new = new.read_untracked();
            order.partition_point(|other| {
                cells
                    .map
                    .get(&other.key)
                    .is_some_and(|(_, row)| (self.compare)(&row.read_untracked(), &new) != Ordering::Greater)
            })
        });
        order.insert(at, place);
    }

    fn in_order(&self, key: &K) -> bool {
        let order = self.order.read_untracked();
        let Some(at) = order.iter().position(|place| place.key == *key) else { return false };
        let neighbours = &order[at.saturating_sub(1)..(at + 2).min(order.len())];
        self.cells.with_value(|cells| {
            neighbours.windows(2).all(|pair| {
                match (cells.map.get(&pair[0].key), cells.map.get(&pair[1].key)) {
                    (Some((_, above)), Some((_, below))) => {
                        (self.compare)(&above.read_untracked(), &below.read_untracked()) != Ordering::Greater
                    }
                    (None, _) | (_, None) => false,
                }
            })
        })
    }
}

impl<K: Copy + Eq + Hash, T: Send + Sync + 'static> Cells<K, T> {
    fn insert(&mut self, key: K, value: T) -> Place<K> {
        let serial = self.next;
        self.next = self.next.wrapping_add(1);
        self.map.insert(key, (serial, ArcRwSignal::new(value)));
        Place { key, serial }
    }
}
