// Worker threads and child processes.
const { Worker, isMainThread, workerData, parentPort } = require('worker_threads');
const { execFile, spawn } = require('child_process');
if (!isMainThread) {
  setTimeout(() => parentPort.postMessage(`worker ${workerData}`), workerData * 1000);
} else {
  console.log('start');
  for (const number of [3, 1, 2]) {
    new Worker(__filename, { workerData: number }).on('message', (text) => console.log(text));
  }
  setTimeout(() => {
    execFile('sh', ['-c', 'sleep 1; echo text'], (error, stdout) => {
      console.log('child said', stdout.trim());
      execFile('sleep', ['3600'], { timeout: 2000 }, (error) => console.log('killed', error.signal));
    });
  }, 5000);
}
