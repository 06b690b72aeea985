// @ts-check
// Simulates a customer whose receiver breaks and is repaired. Uses only the REST API of a running app.
// First run `npm start` in another terminal, then:
//   node sample-app/repair/main.js [URL of the API] [key of an account]
const { playRepair } = require('./play-repair.js');

async function main() {
  const [api = 'http://127.0.0.1:3000/api/v1', key = 'demo-key-a'] = process.argv.slice(2);
  const steps = await playRepair({ api, key, say: (line) => console.log(line) });
  const calls = steps.reduce((sum, each) => sum + each.calls, 0);
  const ms = steps.reduce((sum, each) => sum + each.ms, 0);
  console.log(`${'in all'.padEnd(46)} ${String(calls).padStart(3)} calls ${String(ms).padStart(6)} ms`);
}

main().catch((error) => {
  console.error(error.cause ?? error.message);
  process.exitCode = 1;
});
