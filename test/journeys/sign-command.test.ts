// kahub sign and kahub token against a server: what is printed is taken by it, through a shell, as it stands.
import t from 'tap'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openHouse } from '../support/house.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'kahub-sign-'))
t.teardown(() => rmSync(folder, { recursive: true }))
const house = await openHouse(t)
const alice = await house.reseller()
const sku = await house.sku({ codes: 100 })
const shop = join(folder, 'shop.json')
writeFileSync(shop, JSON.stringify(alice.credentials))
const operator = join(folder, 'operator.json')
writeFileSync(operator, JSON.stringify(house.operators.live.credentials))

interface Ran { readonly code: number, readonly out: string, readonly err: string }

function run (program: string, words: readonly string[]): Promise<Ran> {
  const { PATH = '', HOME = folder } = process.env
  const env = { PATH, HOME, LANG: 'C.UTF-8', NO_COLOR: '1', KAHUB_HOME: folder }
  return new Promise(resolve => {
    execFile(program, words, { cwd: folder, env }, (error, out, err) => resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }))
  })
}

const kahub = (...words: readonly string[]) => run(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'src/cli/kahub.ts'), ...words])
const curls = (await run('sh', ['-c', 'command -v curl'])).code === 0

t.test('the command that is printed is taken by the server as it stands', async t => {
  const nasty = 'it\'s "quoted" $HOME `id` \\ !\n订单'
  const order = JSON.stringify({ reference: nasty.replace('\n', ' '), lines: [{ sku, quantity: 1 }] })
  const file = join(folder, "it's a file.json")
  writeFileSync(file, JSON.stringify({ skus: [sku] }))
  const commands: Readonly<Record<string, readonly [string[], RegExp]>> = {
    'an address alone': [['/v1/me'], new RegExp(alice.id)],
    'a method in lower case': [['get', '/v1/me'], new RegExp(alice.id)],
    'a whole address with a query': [['GET', `${house.url}/v1/stock?sku=${sku}`], new RegExp(sku)],
    'a query with brackets and quotes': [['GET', '/v1/orders?reference=[a]{b}\'"$HOME'], /"data":\[\]/],
    'an order with whatever may stand in it': [['POST', '/v1/orders', '--data', order], /"state":"completed"/],
    'a body from a file': [['/v1/stock/query', '--data', `@${file}`], /"available":\d/],
    'headers that must be covered': [['GET', '/v1/me', '--header', 'Kahub-Version: 2026-11-21', '--header', 'X-Mine:  it\'s '], new RegExp(alice.id)]
  }
  for (const [says, [words, answer]] of Object.entries(commands)) {
    const { code, out, err } = await kahub('sign', ...words, '--key', shop)
    t.equal(code, 0, err)
    t.match(out, /^curl /, says)
    t.match(err, /good once, and for 5 minutes/)
    t.notMatch(out + err, alice.credentials.secret)
    if (!curls) continue
    const curled = await run('sh', ['-c', `${out.trim()} --silent --show-error`])
    t.match(curled.out, answer, `${says}: ${curled.err}`)
    const again = await run('sh', ['-c', `${out.trim()} --silent --show-error`])
    t.match(again.out, /nonce_reused/, `${says}: once`)
  }
})

t.test('it sends what it signs, and tells a refusal', async t => {
  const me = await kahub('sign', '/v1/me', '--send', '--key', shop)
  t.match(JSON.parse(me.out), { reseller: { id: alice.id } })
  const stock = await kahub('sign', 'POST', '/v1/stock/query', '--data', JSON.stringify({ skus: [sku] }), '--send', '--credentials', shop)
  t.match(JSON.parse(stock.out), { data: [{ sku }] })
  const refused = await kahub('sign', 'GET', '/v1/orders/none', '--send', '--key', shop)
  t.match(refused, { code: 1, err: /The server answered 4\d\d: .*code \w+, request req_/s })
  t.match(JSON.parse((await kahub('sign', '/v1/me', '--key', shop, '--json')).out), { method: 'GET', headers: { signature: /^sig1=:/ }, curl: /^curl/ })

  const wrongly: Readonly<Record<string, readonly [string[], RegExp]>> = {
    'another server': [['GET', 'https://evil.example.com/v1/me'], /is not the server of this key/],
    'no address': [['GET', 'v1/me'], /is no address/],
    'no method': [['G3T', '/v1/me'], /is no method/],
    'a header that cannot be read': [['/v1/me', '--header', 'nothing'], /cannot be read/],
    'a header in two lines': [['/v1/me', '--header', 'a: b\r\nc: d'], /cannot be read/],
    'a header twice': [['/v1/me', '--header', 'a: b', '--header', 'A: c'], /twice/],
    'a signature of one’s own': [['/v1/me', '--header', 'Signature: x'], /is made here/],
    'a file that is not there': [['/v1/me', '--data', '@none.json'], /cannot be read/]
  }
  for (const [says, [words, told]] of Object.entries(wrongly)) t.match(await kahub('sign', ...words, '--key', shop), { code: 2, err: told, out: '' }, says)
  const nowhere = join(folder, 'nowhere.json')
  writeFileSync(nowhere, JSON.stringify({ ...alice.credentials, url: 'http://127.0.0.1:9' }))
  t.match(await kahub('sign', '/v1/me', '--send', '--key', nowhere), { code: 3, err: /cannot be reached/ })
})

t.test('an ed25519 key made by the command signs, and gets a token that reads', async t => {
  const tools = join(folder, 'demo-tools.json')
  const made = await kahub('keys', 'create', alice.id, '--algorithm', 'ed25519', '--scopes', 'catalog:read,orders:read', '--out', tools, '--credentials', operator)
  t.equal(made.code, 0, made.err)
  t.match(JSON.parse((await kahub('sign', '/v1/me', '--send', '--key', tools)).out), { reseller: { id: alice.id } })

  const { out, err } = await kahub('token')
  t.match(err, /good for 10 minutes and reads catalog:read orders:read/)
  const reads = async (token: string, path: string) => (await fetch(house.url + path, { headers: { authorization: `Bearer ${token}` } })).status
  t.equal(await reads(out.trim(), '/v1/products'), 200)
  t.equal(await reads(out.trim(), '/v1/wallets'), 403)
  const narrow = JSON.parse((await kahub('token', '--scope', 'catalog:read wallet:read', '--json')).out)
  t.match(narrow, { token_type: 'Bearer', scope: 'catalog:read' })
  t.equal(await reads(narrow.access_token, '/v1/orders'), 403)

  t.match(await kahub('token', '--scope', 'codes:read'), { code: 1, err: /only reads.*code invalid_scope, request req_/s })
  t.match(await kahub('token', '--key', shop), { code: 2, err: /needs one of ed25519.*kahub keys create RESELLER --algorithm ed25519/s })
})
