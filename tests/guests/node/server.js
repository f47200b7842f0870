// An HTTP server and clients in one process; AbortSignal and signals.
const http = require('http');
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const server = http.createServer(async (request, response) => {
  await sleep(Number(request.url.slice(1)));
  response.end('ok');
});
server.listen(0, '127.0.0.1', async () => {
  console.log('start');
  const url = `http://127.0.0.1:${server.address().port}/`;
  const get = (path, limit) => new Promise((done) => {
    const request = http.get(url + path, { signal: AbortSignal.timeout(limit), agent: false }, (response) => {
      response.resume().on('end', () => done(console.log(path, response.statusCode)));
    });
    request.on('error', (error) => done(console.log(path, error.name)));
  });
  await Promise.all([get('1000', 1e6), get('300', 1e6), get('60000', 2000)]);
  process.on('SIGUSR2', () => { console.log('signal'); process.exit(6); });
  setTimeout(() => process.kill(process.pid, 'SIGUSR2'), 500);
  setInterval(() => {}, 100);
});
