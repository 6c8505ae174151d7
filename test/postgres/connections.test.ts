// A server with too few connections: whoever starts kahub on it is told, with the number to set.
import { readFileSync } from 'node:fs'
import postgres from 'postgres'
import t from 'tap'
import { newMasterKey } from '../../src/base/seal.ts'
import { connectionsPerProcessMax } from '../../src/compose.ts'
import { addressOf } from '../../src/postgres/address.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { startProduct } from '../support/api-process.ts'
import { startTestCluster } from '../support/postgres.ts'
import { until } from '../support/until.ts'

const few = 60
const cluster = await startTestCluster({ max_connections: String(few), superuser_reserved_connections: '3' })
t.teardown(() => cluster.stop())
await migrate(cluster.url)
const { url, options } = addressOf(cluster.url)

t.test('the README names the number, in both languages', async t => {
  const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
  t.match(read('README.md'), `may want ${connectionsPerProcessMax} connections`)
  t.match(read('README.zh-CN.md'), `最多会用 ${connectionsPerProcessMax} 个连接`)
})

t.test('a process that may want more connections than there are says so, and serves', async t => {
  const product = await startProduct(t, cluster.url, newMasterKey())
  t.match(product.written(), `PostgreSQL has ${few - 3} connections for applications, and each process of kahub may want ${connectionsPerProcessMax}`)
  await until(async () => (await fetch(`${product.url}/health/ready`)).status === 200)
  t.equal(await product.stop(), 0)
})

t.test('a process that finds no connection says what to do, and ends', async t => {
  const taken = Array.from({ length: few }, () => postgres(url, { ...options, max: 1, onnotice: () => {} }))
  t.teardown(() => Promise.all(taken.map(one => one.end())))
  await Promise.all(taken.map(one => one`select 1`))
  await t.rejects(startProduct(t, cluster.url, newMasterKey()), { message: new RegExp(`no connection left.*may want ${connectionsPerProcessMax}`) })
})
