// Package peers makes Web Workers into workers of a parallel.Group: the same
// engine once more, started from the module that is compiled already, and
// buffers that change hands instead of being copied between threads.
//
// # The leader
//
// The leader is itself a worker (or a page). Its shell provides one function:
//
//	sproutHost.spawn()   returns a Worker in which the engine is about to start
//
// Without it, or where it is no function, Available reports false. What spawn
// starts is a dedicated Worker that instantiates the leader's own
// WebAssembly.Module (sent by postMessage, which neither loads nor compiles it
// again) and runs it with arguments by which the program knows to call Serve.
// When the program ends, for whatever reason, the worker posts the string
// "ended <reason>" and closes itself:
//
//	onmessage = async ({ data: module }) => {
//	  const go = new Go()
//	  go.argv = ['sprout', 'peer']
//	  let why = 'the program ended'
//	  try {
//	    await go.run(await WebAssembly.instantiate(module, go.importObject))
//	  } catch (error) {
//	    why = String(error)
//	  }
//	  postMessage('ended ' + why)
//	  close()
//	}
//
// # The worker
//
// Serve takes over onmessage and answers jobs until the worker is terminated.
//
// # Messages
//
// A string is control: "hello <lock>", "failed <reason>" and "ended <reason>"
// to the leader, the blueprint to the worker. Everything else is an array of
// ArrayBuffers, all transferred. The first is a frame (frame.go); the others of
// a job travel back to be used again.
//
// # Death
//
// A worker that is terminated, or ends for want of memory, tells nobody. Where
// there are Web Locks, each worker holds one of its own for as long as it lives
// and the leader waits for the same lock: when it gets it, the worker is gone.
// Elsewhere, and for one that hangs, a silence of more than ten seconds that is
// also twenty times as long as the leader's own share of the work counts as
// death. Time during which the machine or the tab slept does not count.
package peers

// Lock is what the names of the locks begin with.
const Lock = "sprout-peer-"
