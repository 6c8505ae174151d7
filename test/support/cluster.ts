// The cluster of one test run: prints `{"url": …}` and runs until its input ends or a signal comes, so that it cannot outlive
// the runner that holds the other end.
import { once } from 'node:events'
import { startTestCluster } from './postgres.ts'

const cluster = await startTestCluster()
const told = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT'), once(process.stdin.resume(), 'close')])
console.log(JSON.stringify({ url: cluster.url }))
await told
await cluster.stop()
process.exit()
