// docs/buying-day.md: its blocks are the program examples/buying-day.ts, word for word, and the program does what the page says
// against the product and its demo, twice over.
import t, { type Test } from 'tap'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Kahub } from '../../sdk/src/index.ts'
import { startProduct } from '../support/api-process.ts'
import { openHouse } from '../support/house.ts'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const textOf = (name: string) => readFileSync(join(root, name), 'utf8')
const programMsMax = 60_000
const program = textOf('examples/buying-day.ts')

t.test('the blocks of docs/buying-day.md are the program, one after the other', async t => {
  const blocks = blocksOf(textOf('docs/buying-day.md'))
  t.ok(blocks.length > 20)
  t.equal(program.slice(program.indexOf('\nimport ') + 1), `${blocks.join('\n\n')}\n`)
})

t.test('the blocks of its Chinese version stand in the program, in the same sequence', async t => {
  const blocks = blocksOf(textOf('docs/buying-day.zh-CN.md'))
  t.ok(blocks.length > 5)
  let from = 0
  for (const block of blocks) {
    const at = program.indexOf(`${block}\n`, from)
    t.ok(at >= from, block.split('\n')[0]!)
    from = at + block.length
  }
})

t.test('the program does what the page says, as often as it is run', async t => {
  const house = await openHouse(t)
  const home = await mkdtemp(join(tmpdir(), 'kahub-day-'))
  t.teardown(() => rm(home, { recursive: true }))
  await startProduct(t, house.databaseUrl, house.masterKey, { KAHUB_HOME: home, KAHUB_DEMO: '1' })
  const env = {
    PATH: process.env.PATH ?? '',
    TMPDIR: home,
    KAHUB_CREDENTIALS: join(home, 'demo.json'),
    KAHUB_APPROVER: join(home, 'demo-approver.json')
  }
  for (const time of ['once', 'again']) {
    const { stdout } = await execute(process.execPath, [join(root, 'examples/buying-day.ts')], { env, timeout: programMsMax })
    t.comment(stdout)
    for (const told of sayings) t.match(stdout, told, `${time}: ${told.source}`)
    if (time === 'once') filesAreWhole(t, /^files in (.*)$/m.exec(stdout)![1]!)
  }
  const kahub = new Kahub(JSON.parse(readFileSync(env.KAHUB_CREDENTIALS, 'utf8')))
  t.match(await kahub.encryptionKeys.list().toArray({ limit: 9 }), [{ in_use: false }, { in_use: false }], 'codes leave in the clear again')
  t.match(await kahub.standingOrders.list().toArray({ limit: 9 }), [{ state: 'ended' }, { state: 'ended' }], 'nothing buys by itself')
  t.same(await kahub.holds.list({ state: 'active' }).toArray({ limit: 9 }), [], 'nothing is held')
  await house.proves(t)
})

/** What the program says of each part of the day. */
const sayings = [
  /^price ¥100 96\.80 CNY$/m,
  /^quoted 2020\.50 CNY until 2/m,
  /^would be completed 2020\.50 CNY$/m,
  /^hold active 25 codes until 2/m,
  /^sale completed paid 2020\.50 CNY\n {2}line 1 20 codes, first STEAM-\S+\n {2}line 2 5 codes, first IQIYI-\S+$/m,
  /^template sku,quantity,reference,name$/m,
  /^invalid line 902 invalid_request .*\ninvalid line 903 reference_reused /m,
  /^validated 900 lines, 11934\.00 CNY missing in the wallet 0\.00$/m,
  /^partial 100 % 900 of 900 lines$/m,
  /^line \d+ customer-\d+ refused price_above_max$/m,
  /^after the retry completed 900 lines delivered, paid 11934\.00$/m,
  /^result\.csv, codes in \d+ orders$/m,
  /^lost connection_failed of reference day-\d+-2\nagain completed 10000 codes; 1 order with this reference$/m,
  /^lost connection_failed\nreversal reversed 19360\.00\nreversal voided and later reference_void$/m,
  /^waiting awaiting_approval held 11616\.00\napproved for quantity\napproved completed paid 11616\.00$/m,
  /^stopped after 4000\n10000 of 10000 codes, the sum is right\ncodes\.csv is whole$/m,
  /^outside decryption_failed ; in the vault 3 codes$/m,
  /^revealed 2\S+ key_live_\w+ codes 0 to 2 from 127\.0\.0\.1$/m,
  /^standing order active next 2\S+T19:00:00\.000Z would be ordered 50 4840\.00$/m,
  /^balance \S+ CNY last transfer hold -11616\.00$/m
]

function filesAreWhole (t: Test, folder: string): void {
  const rowsOf = (name: string) => readFileSync(join(folder, name), 'utf8').trim().split('\n')
  t.equal(new Set(rowsOf('codes.ndjson')).size, 10_000, 'a line for each code')
  t.equal(rowsOf('codes.csv').length, 10_001)
  t.equal(rowsOf('result.csv').filter(row => row.includes('customer-')).length, 900, 'a row for each line')
}

function blocksOf (text: string): string[] {
  return [...text.matchAll(/^```js\n(.*?)\n```$/gms)].map(([, block]) => block!.replace('\'@kahub/sdk\'', '\'../sdk/src/index.ts\''))
}
