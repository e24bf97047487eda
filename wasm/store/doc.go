// Package store implements checkpoint.Store on IndexedDB, the browser's own
// database. It is built for js/wasm only; elsewhere the package is empty.
//
// One database holds these object stores, all with keys of our own making and
// all with values of the form {bytes: Uint8Array, crc: number}, where crc is
// the CRC-32C of bytes:
//
//	checkpoints  <id>                 JSON of what the checkpoint is and where its pieces lie
//	datasets     <id>                 the same for the learner's own texts
//	tensors      <blob>/<number>      the bytes, 32 MiB a row at most
//	runs         <run>/<step>         parts of metric histories
//	settings     <key>                JSON
//	labels       <id>                 JSON of what somebody thinks of two answers
//
// A blob is one act of saving: its name begins with the checkpoint's ID and
// ends with a new one. Rows are written first, under a blob that nothing refers
// to yet; the last transaction, strict, puts the record that names the blob and
// deletes the blob before it. Whatever is interrupted leaves rows without a
// record, which Sweep removes.
//
// go-indexeddb is wrapped thinly because of what it leaves open: an upgrade
// callback that fails ends the program; there is no event for a blocked
// upgrade; a cancelled Await returns neither value nor error; and Await of a
// transaction that was aborted on purpose reports success.
//
// StorageManager.persist exists only on a page's main thread, so it is for the
// page to call; Usage says whether it was granted.
package store
