// Runs one benchmark in a worker and keeps its result for the driver.
globalThis.bench = (request) =>
  new Promise((resolve, reject) => {
    const worker = new Worker('worker.js')
    worker.onmessage = ({ data }) => resolve(data)
    worker.onerror = (event) => reject(new Error(event.message))
    worker.postMessage(request)
  })
