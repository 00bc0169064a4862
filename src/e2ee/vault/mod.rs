//! Keys and records at rest: each record sealed with one store key, that key wrapped by a passphrase, and the backup
//! file.

mod passphrase;
mod record;

pub use passphrase::{BackupError, Cost, MAX_BACKUP_COST, open_backup, seal_backup, unwrap, wrap};
pub use record::{RecordError, StoreKey};
