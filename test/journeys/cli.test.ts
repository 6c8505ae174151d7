// The operator's command against the real product: every step a person would take, and the mistakes people make.
import t from 'tap'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Kahub } from '../../sdk/src/index.ts'
import { freePort } from '../support/free-port.ts'

// Some hundred commands, each a process of its own.
t.setTimeout(300_000)
const root = join(import.meta.dirname, '..', '..')
const folder = await mkdtemp(join(tmpdir(), 'kahub-cli-'))
// The embedded database of root runs as another user.
await chmod(folder, 0o755)
const home = join(folder, 'home')
const product = await startProduct()
t.teardown(async () => {
  await end(product.process)
  await rm(folder, { recursive: true })
})

t.test('a newcomer is told what to do', async t => {
  const alone = await kahub([])
  t.equal(alone.code, 0)
  t.match(alone.out, /kahub codes import/, 'kahub alone says what there is')

  const noFile = await kahub(['levels', 'list'], { KAHUB_HOME: join(folder, 'nowhere') })
  t.equal(noFile.code, 2)
  t.match(noFile.err, /no credentials at .*nowhere.operator\.json.*npm start/s)

  const credentials = JSON.parse(await readFile(join(home, 'operator.json'), 'utf8'))
  const closed = join(folder, 'closed.json')
  await writeFile(closed, JSON.stringify({ ...credentials, url: `http://127.0.0.1:${await freePort()}` }))
  const [noServer, typo, verb, bare, halfKey, wrongKey, clock, help] = await Promise.all([
    kahub(['levels', 'list', '--credentials', closed, '--json'], {}, noRetries),
    kahub(['resselers', 'list']),
    kahub(['codes', 'imprt', 'x.csv']),
    kahub(['levels', 'set', 'gold']),
    kahub(['levels', 'list'], { KAHUB_KEY_ID: credentials.keyId }),
    kahub(['levels', 'list'], { KAHUB_URL: credentials.url, KAHUB_KEY_ID: credentials.keyId, KAHUB_SECRET: 'khs_of_another_server' }),
    kahub(['levels', 'list'], {}, 'const { now } = Date; Date.now = () => now() - 600000'),
    kahub(['codes', 'import', '--help'])
  ])
  t.equal(noServer.code, 3, 'a server that is not there has an exit code of its own')
  t.match(JSON.parse(noServer.out), { error: { code: 'connection_failed', advice: /npm start/ } })
  t.equal(typo.code, 2)
  t.match(typo.err, /Did you mean resellers\?/)
  t.equal(verb.code, 2)
  t.match(verb.err, /Did you mean import\?/)
  t.equal(bare.code, 2)
  t.match(bare.err, /--name/)
  t.equal(halfKey.code, 2)
  t.match(halfKey.err, /KAHUB_URL is not set/)
  t.equal(wrongKey.code, 1)
  t.match(wrongKey.err, /signature_invalid, request req_/)
  t.notMatch(wrongKey.err, /khs_of_another_server/, 'no secret is told')
  t.equal(clock.code, 1)
  t.match(clock.err, /it is (599|600|601|602) seconds behind the server's/)
  t.match(help.out, /Examples:\n +kahub codes import codes\.csv --sku/)
})

t.test('levels, resellers, keys and money are set up', async t => {
  await done(['levels', 'set', 'gold', '--name', 'Gold', '--rank', '3', '--requests-per-minute', '6000'])
  const reseller = await done(['reseller', 'create', '星辰 Games', '--level', 'gold', '--currency', 'cny', '--reference', 'r1'])
  t.same(
    await done(['resellers', 'create', '星辰 Games', '--level', 'gold', '--currency', 'CNY', '--reference', 'r1']),
    reseller,
    'the same reference is the same reseller'
  )
  t.same(await done(['resellers', 'show', '星辰 Games']), reseller, 'an exact name finds it')

  const out = join(folder, 'shop.json')
  const key = await done(['keys', 'create', '星辰 Games', '--name', 'shop', '--out', out])
  t.equal((await stat(out)).mode & 0o777, 0o600)
  const shop = JSON.parse(await readFile(out, 'utf8'))
  t.match(shop, { url: product.url, keyId: key.id, algorithm: 'hmac-sha256', secret: /^khs_/ })
  t.notOk(JSON.stringify(key).includes(shop.secret), 'what the file has is not on the screen')
  t.equal((await kahub(['keys', 'create', '星辰 Games', '--out', out])).code, 2, 'a file is never overwritten')

  const pair = join(folder, 'pair.json')
  await done(['keys', 'create', '--operator', '--name', 'reader', '--algorithm', 'ed25519', '--scopes', 'admin:read', '--out', pair])
  t.match(await done(['levels', 'list', '--credentials', pair]), [{ id: 'gold' }], 'a pair made here signs')
  const beyond = await kahub(['levels', 'set', 'x', '--name', 'X', '--rank', '1', '--credentials', pair])
  t.equal(beyond.code, 1)
  t.match(beyond.err, /scope_missing/)
  t.match(await done(['keys', 'revoke', key.id]), { revoked_at: String })
  t.match((await kahub(['keys', 'list', '星辰 Games'])).out, /shop +hmac-sha256 +revoked/)

  await done(['deposit', '星辰 Games', '5000', 'CNY', '--reason', 'wire 4711', '--reference', 'w1'])
  await done(['deposit', '星辰 Games', '5000', 'CNY', '--reason', 'wire 4711', '--reference', 'w1'])
  const adjusted = await done(['adjust', '星辰 Games', '-12.50', 'CNY', '--reason', 'ticket 88'])
  t.match(adjusted, { kind: 'adjustment', amount: { amount: '-12.50' }, balance: { amount: '4987.50' } }, 'a deposit sent twice is one')
  await done(['credit', '星辰 Games', '100', 'CNY', '--reason', 'contract'])
  t.match((await kahub(['wallets', '星辰 Games'])).out, /CNY +4987\.50 +100\.00 +5087\.50/)
  const first = await kahub(['transfers', '星辰 Games', 'CNY', '--limit', '1', '--json'])
  t.equal(JSON.parse(first.out).length, 1)
  t.match(first.err, /more than these 1/, 'a list that goes on says so')
  t.equal((await done(['transfers', '星辰 Games', 'CNY', '--all'])).length, 2)

  const comma = await kahub(['deposit', '星辰 Games', '5,000', 'CNY', '--reason', 'x'])
  t.equal(comma.code, 2)
  t.match(comma.err, /plain number like 98\.25/)
  const nobody = await kahub(['deposit', '星辰', '5', 'CNY', '--reason', 'x', '--json'])
  t.equal(nobody.code, 1)
  t.match(JSON.parse(nobody.out), { error: { code: 'not_found', message: /no reseller "星辰"/ } })
})

t.test('a SKU is made and priced, and the price explains itself', async t => {
  await done(['issuers', 'set', 'steam', '--name', 'Steam'])
  await done(['category', 'create', 'cards', '--name', 'Game cards'])
  t.match(await done(['categories', 'show', 'cards']), { name: 'Game cards', parent: null })
  t.match((await kahub(['issuer', 'show', 'stean'])).err, /There is no issuer stean: kahub issuers list shows them/)
  const made = await done(['products', 'create', 'Steam wallet', '--issuer', 'steam', '--tags', 'steam,hot'])
  const sku = await done(['skus', 'create', String(made.number), '¥100', '--currency', 'CNY', '--face', '100', '--region', 'CN'])
  t.same(await done(['skus', 'show', String(sku.number)]), sku, 'a number finds it')
  t.match(await done(['products', 'update', made.id, '--status', 'paused']), { status: 'paused', tags: ['steam', 'hot'] })
  await done(['products', 'update', made.id, '--status', 'active'])

  const set = [
    'prices',
    'set',
    '--sku',
    sku.id,
    '--list',
    '98.25',
    '--level',
    'gold=96.5',
    '--contract',
    '星辰 Games=95',
    '--floor',
    '90',
    '--break',
    '100=0.98'
  ]
  t.same(
    (await done(set)).map((rule: { outcome: string }) => rule.outcome),
    ['set', 'set', 'set', 'set', 'set']
  )
  const file = join(folder, 'prices.csv')
  await writeFile(file, `\ufeffkind,sku,level,amount,rate\r\nlist,${sku.number},,98.25,\r\nlevel_discount,,gold,,0.97\r\n`)
  t.same(
    (await done(['prices', 'set', '--file', file])).map((rule: { outcome: string }) => rule.outcome),
    ['unchanged', 'set']
  )
  const explained = await kahub(['prices', 'explain', '--sku', String(sku.number), '--reseller', '星辰 Games', '--quantity', '100'])
  t.match(explained.out, /pays 93\.10 CNY each for 100.*contract +95\.00.*quantity_break +95\.00 +93\.10/s)
  const [, , , , floor] = await done(['prices', 'list', '--sku', sku.id, '--all']).then(rules => rules.reverse())
  t.match(await done(['prices', 'end', floor.id, '--reason', 'test']), [{ kind: 'floor', end_reason: 'test' }])
  const wrong = await kahub(['prices', 'set', '--sku', '4711', '--list', '1'])
  t.equal(wrong.code, 1)
  t.match(wrong.err, /no SKU 4711.*kahub skus list/s)
})

t.test('a seller makes a purchase link, pauses, edits and ends it, with a key of its own', async t => {
  const seller = join(folder, 'seller.json')
  await done(['keys', 'create', '星辰 Games', '--name', 'seller', '--out', seller])
  const sells = (words: readonly string[]) => kahub([...words, '--credentials', seller])
  const sold = async (words: readonly string[]) => await done([...words, '--credentials', seller])
  const [sku] = await done(['skus', 'list'])
  const number = String(sku.number)
  await done(['prices', 'set', '--sku', number, '--minimum-retail', '108', '--reason', 'the brand asks for it'])
  t.match(await done(['prices', 'list', '--kind', 'minimum_retail']), [{ sku: sku.id, amount: { amount: '108.00' } }])

  const host = await sold(['hosts', 'create', '小明', '--commission', '0.05'])
  const session = await sold(['sessions', 'create', '11.11 evening', '--host', '小明'])
  t.match(session, { host: host.id, state: 'live', live_url: String })
  const create = ['links', 'create', 'Wallet ¥100', '--session', '11.11 evening', '--slug', 'ming-1111', '--quota', '500', '--sku']
  const cheap = await sells([...create, `${number}=107`])
  t.equal(cheap.code, 1)
  t.match(cheap.err, /may not be sold below 108\.00 CNY.*link_price_too_low/s)
  const link = await sold([...create, `${number}=109`])
  t.match(link, { slug: 'ming-1111', host: host.id, commission: { rate: '0.05' }, quota: 500, skus: [{ sku: sku.id, retail_price: { amount: '109.00' } }] })
  t.match((await sells(['links', 'get', link.url])).out, /Wallet ¥100.*ming-1111.*RETAIL.*109\.00 CNY/s, 'its address finds it')

  t.match(await sold(['links', 'pause', 'ming-1111']), { state: 'paused', version: 2 })
  t.match(await sold(['links', 'resume', 'ming-1111']), { paused_at: null, version: 3 })
  const edited = await sold(['links', 'edit', 'ming-1111', '--title', 'Tonight only', '--quota', 'none', '--commission-amount', '0.5'])
  t.match(edited, { title: 'Tonight only', quota: null, commission: { rate: null, amount: { amount: '0.50' } }, version: 4 })
  const late = await sells(['links', 'edit', 'ming-1111', '--title', 'Late', '--version', '3'])
  t.equal(late.code, 1)
  t.match(late.err, /at version 4; you have seen 3.*state_conflict/s)
  t.match((await sells(['links', 'changes', 'ming-1111'])).out, /4 .*"quota":500.*"quota":null/)
  t.match(await sold(['links', 'end', 'ming-1111']), { state: 'ended' })
  t.same(await sold(['links', 'list', '--state', 'active']), [])
  t.same(await sold(['links', 'checkouts', '--link', 'ming-1111']), [])
  const rotated = await sold(['sessions', 'rotate-addresses', session.id])
  t.not(rotated.live_url, session.live_url)
  t.match(await sold(['sessions', 'end', '11.11 evening']), { state: 'ended', links: 1 })
  t.match(await sold(['hosts', 'archive', '小明']), { state: 'archived' })

  for (const [words, code, says] of [
    [['links', 'get', 'nobody'], 1, /no purchase link nobody.*kahub links list/s],
    [['links', 'edit', 'ming-1111'], 2, /Say what to change/],
    [[...create, number], 2, /--sku .* cannot be read: write it like --sku 123=109\.00/],
    [[...create, '99=109'], 1, /There is no SKU 99/],
    [['hosts', 'create', 'x', '--commission', '5%'], 2, /from 0 to 1, as in 0\.10/],
    [['sessions', 'get', 'yesterday'], 1, /no session "yesterday".*kahub sessions list/s]
  ] as const) {
    const said = await sells(words)
    t.equal(said.code, code, words.join(' '))
    t.match(said.err, says)
  }
  await done(['prices', 'end', (await done(['prices', 'list', '--kind', 'minimum_retail']))[0].id, '--reason', 'over'])
})

t.test('files of codes come into stock whole or not at all', async t => {
  const [sku] = await done(['skus', 'list'])
  const into = ['--sku', String(sku.number), '--cost', '9.50']
  const file = async (name: string, content: string | Buffer) => {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }
  const windows = await file(
    'windows.csv',
    '\ufeffSerial,Secret,Number\r\ns1,AAAA-0001,n1\r\n"s,2","AAAA-0002",n2\r\n\r\ns3,AAAA-0003,n3\r\n'
  )
  t.match(await done(['codes', 'import', windows, ...into, '--supplier', 'Card Co', '--expires', '2099-12-31']), {
    outcome: 'imported',
    import: { codes: 3, state: 'committed', supplier: 'Card Co' }
  })
  t.match(await done(['codes', 'import', await file('plain.txt', 'BBBB-0001\nBBBB-0002'), ...into]), { import: { codes: 2 } })
  t.match(
    await done([
      'codes',
      'import',
      await file('some.ndjson', '{"secret":"CCCC-0001","expires_at":"2098-01-01"}\n{"number":"1","secret":"CCCC-0002"}\n'),
      ...into
    ]),
    { import: { codes: 2 } }
  )
  const again = await kahub(['codes', 'import', windows, ...into, '--supplier', 'Card Co', '--expires', '2099-12-31'])
  t.equal(again.code, 0)
  t.match(again.out, /imported already: 3 codes/)

  const refused = async (name: string, content: string | Buffer, ...told: RegExp[]) => {
    const { code, err } = await kahub(['codes', 'import', await file(name, content), ...into])
    t.equal(code, 1, name)
    for (const sentence of told) t.match(err, sentence)
    t.notMatch(err, /DDDD/, 'no code is told')
  }
  const many = Array.from({ length: 30 }, () => 'DDDD-0009').join('\n')
  await Promise.all([
    refused(
      'bad.csv',
      'secret,number\nDDDD-0001,1\n,2\nDDDD-0003\n',
      /2 lines of bad\.csv/,
      /Line 3 has no secret/,
      /Line 4 has 1 fields/
    ),
    refused('twice.csv', 'secret\nDDDD-0001\nDDDD 0002\ndddd-0001\n', /Line 4 has the code of line 2 again/),
    refused('many.txt', `${many}\n`, /Line 21 has/, /and 9 more/),
    refused('gbk.csv', Buffer.from([...Buffer.from('secret\nDDDD-0001\n'), 0xc4, 0xe3, 0x0a]), /Line 3 has bytes that are not UTF-8/),
    refused('utf16.csv', Buffer.from('\ufeffsecret\nDDDD', 'utf16le'), /UTF-16/),
    refused('excel.csv', 'secret;number\nDDDD-0001;1\n', /divided by something else/),
    refused('pins.txt', 'PIN\nDDDD-0001\n', /Line 1 is no header row and looks like no code/),
    refused('open.csv', 'secret\n"DDDD-0001\nDDDD-0002\n', /not valid CSV/),
    refused('twice.ndjson', '{"secret":"DDDD-0001","secret":"DDDD-0002"}\n', /Line 1 has a field twice/),
    refused(
      'stocked.csv',
      'secret,number\nDDDD-0001,7\naaaa0002,N2\n',
      /Line 3 has a code that was stocked before/,
      /nothing of it stays behind/
    )
  ])
  t.match(
    await done(['codes', 'import', await file('fine.txt', 'DDDD-0001\nDDDD-0002\n'), ...into]),
    { import: { codes: 2 } },
    'what was refused left nothing behind'
  )
  const dry = await kahub(['codes', 'import', join(folder, 'fine.txt'), '--dry-run'], { KAHUB_HOME: join(folder, 'nowhere') })
  t.match(dry.out, /2 codes.*Left to the server/s)

  t.match(await done(['stock', String(sku.number)]), [{ on_shelf: 9, sold: 0 }])
  t.match(await done(['codes', 'void', '--sku', sku.id, '--file', join(folder, 'fine.txt'), '--reason', 'leaked']), { voided: 2 })
  const lot = (await done(['lots', 'list', '--sku', sku.id])).find(({ supplier }: { supplier: string }) => supplier === 'Card Co')
  t.match(await done(['lots', 'recall', lot.id, '--reason', 'bad batch']), { state: 'recalled', withdrawn: 3 })
  t.match(await done(['stock', sku.id]), [{ on_shelf: 4 }])
})

t.test('an import that was killed goes on where it ended', async t => {
  const [sku] = await done(['skus', 'list'])
  const path = join(folder, 'large.csv')
  const codes = 60_000
  const serial = 'S'.repeat(120)
  await writeFile(path, 'secret,serial\n' + Array.from({ length: codes }, (_, i) => `LARGE-${i},${serial}${i}\n`).join(''))
  const command = ['codes', 'import', path, '--sku', sku.id, '--cost', '9']

  const killed = spawn(process.execPath, ['src/cli/kahub.ts', ...command], {
    cwd: root,
    env: { PATH: process.env.PATH, KAHUB_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe']
  })
  for await (const line of createInterface({ input: killed.stderr! })) {
    if (!line.startsWith('Sending: ')) continue
    killed.kill('SIGKILL')
    break
  }
  if (killed.exitCode === null && killed.signalCode === null) await once(killed, 'exit')
  t.equal(killed.signalCode, 'SIGKILL')
  const before = (await done(['stock', sku.id]))[0].on_shelf
  t.ok(before < codes, 'nothing of it is in stock')

  const goesOn = await done(command)
  t.match(goesOn, { outcome: 'imported', import: { codes, state: 'committed' } })
  t.ok(goesOn.continued_after > 0, 'what was sent is not sent again')
  t.equal((await done(['stock', sku.id]))[0].on_shelf, before + codes)
  t.match(await done(command), { outcome: 'imported_before', import: { id: goesOn.import.id } })
})

t.test('a key is bounded in what it may look at, and who looked is listed', async t => {
  const out = join(folder, 'buyer.json')
  const key = await done(['keys', 'create', '星辰 Games', '--out', out, '--reveals-per-day', '2', '--reveals-alert', '1'])
  t.match(key, { reveals_per_day: 2, reveals_alert_at: 1 })
  t.match(await done(['keys', 'update', key.id, '--reveals-alert', 'none', '--name', 'buyer', '--ip', '127.0.0.1']), {
    name: 'buyer', reveals_per_day: 2, reveals_alert_at: null, ip_allow: ['127.0.0.1/32']
  })
  t.match((await kahub(['keys', 'update', key.id])).err, /Say what is to change/)
  t.equal((await kahub(['keys', 'create', '--operator', '--reveals-per-day', '2'])).code, 2)

  const buyer = new Kahub(JSON.parse(await readFile(out, 'utf8')))
  const [sku] = await done(['skus', 'list'])
  const order = await buyer.orders.place({ lines: [{ sku: sku.id, quantity: 2 }], deliver: 'inline' })
  const shown = { order: order.id, key: key.id, first: 0, count: 2, ip: '127.0.0.1' }
  t.match(await done(['reveals', 'list', '--reseller', '星辰 Games']), [shown])
  t.match(await done(['reveals', 'list', '--order', order.id, '--key', key.id]), [shown])
  t.match((await kahub(['reveals', 'list'])).out, /WHEN .*CODES.*\n.* 2 +127\.0\.0\.1/)
  t.match(await kahub(['reveals', 'list', '--key', 'key_live_0000000000000000']), { code: 0, out: /No codes were looked at/ })
})

t.test('callbacks: the endpoints of all resellers, and which of them fail', async t => {
  t.match(await kahub(['callbacks', 'list']), { code: 0, out: /There are no endpoints/ })
  const out = join(folder, 'called-back.json')
  await done(['keys', 'create', '星辰 Games', '--out', out])
  const reseller = new Kahub(JSON.parse(await readFile(out, 'utf8')))
  const { id } = await reseller.endpoints.create({ url: 'https://shop.example.com/kahub' })
  await reseller.endpoints.pause(id)
  await reseller.endpoints.simulate(id, { type: 'order.completed' })
  t.match((await kahub(['callbacks', 'list'])).out, /RESELLER .*OLDEST.*\n.* paused +1 +\d+ s .*https:\/\/shop\.example\.com\/kahub/)
  t.match(await done(['callbacks', 'list', '--reseller', '星辰 Games']), [{ endpoint: id, backlog: 1 }])
  t.match(await kahub(['callbacks', 'list', '--failing']), { code: 0, out: /No endpoint fails/ })
  t.equal((await kahub(['listen', '--types', 'order.compleeted'])).code, 2)
})

t.test('payment gateways are configured from a file, and money that goes back is listed', async t => {
  const account = join(folder, 'stripe.json')
  const config = { secret_key: 'sk_live_0123456789abcdef', webhook_secret: 'whsec_0123456789abcdef' }
  await writeFile(account, JSON.stringify(config))
  const card = ['card', '--kind', 'stripe', '--name', 'Card', '--name-zh', '银行卡', '--currency', 'USD', 'EUR']
  const put = await kahub(['gateways', 'put', ...card, '--config', account])
  t.match(put.out, /Gateway card.*Card · 银行卡.*USD, EUR.*enabled.*live.*\/pay\/live\/card\/news/s)
  for (const secret of Object.values(config)) t.notOk(put.out.includes(secret), 'no secret is printed')
  t.match(await done(['gateways', 'put', ...card, '--disabled']), { state: 'disabled', account: { mode: 'live' } }, 'the account stays')
  t.match(await done(['gateways', 'enable', 'card']), { state: 'enabled' })
  t.match(await done(['gateways', 'disable', 'card']), { state: 'disabled' })
  t.match((await kahub(['gateways', 'list'])).out, /ID +KIND.*\n(.*\n)*card +stripe +Card +USD EUR +disabled/)
  await writeFile(account, JSON.stringify({ ...config, secret_key: 'sk_test_0123456789abcdef' }))
  const [other, none, noJson, bare] = await Promise.all([
    kahub(['gateways', 'put', ...card, '--config', account]),
    kahub(['gateways', 'put', ...card, '--config', join(folder, 'nowhere.json')]),
    kahub(['gateways', 'put', ...card, '--config', 'README.md']),
    kahub(['gateways', 'put', 'card', '--kind', 'paypal'])
  ])
  t.match(other, { code: 1, err: /secret_key: must be a live key/ })
  t.match([none.code, noJson.code, bare.code], [2, 2, 2])
  t.match(await kahub(['paybacks', 'list', '--state', 'failed']), { code: 0, out: /No money goes back/ })
  t.equal((await kahub(['paybacks', 'retry', 'pbk_01kb8q1zjme7f8k0q3z5v2wxyt'])).code, 1)
})

t.test('the books are sound, and npx would run the same command', async t => {
  const books = await kahub(['books'], {}, undefined, 'bin/kahub')
  t.equal(books.code, 0, books.err)
  t.match(books.out, /The books are sound/)
  t.match(await done(['books']), { sound: true, money: { sound: true }, stock: { sound: true } })
})

/** Retries would only make the test wait. */
const noRetries = 'const later = setTimeout; globalThis.setTimeout = (work, ms, ...rest) => later(work, ms < 10000 ? 0 : ms, ...rest)'

interface Said {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command as a process of its own, some JavaScript before it. */
async function kahub (
  words: readonly string[],
  more: Record<string, string> = {},
  before?: string,
  file = 'src/cli/kahub.ts'
): Promise<Said> {
  const env = {
    PATH: process.env.PATH,
    KAHUB_HOME: home,
    NO_COLOR: '1',
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
    ...(before && { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(before)}` }),
    ...more
  }
  const child = spawn(process.execPath, [file, ...words], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err] = await Promise.all([
    child.stdout!.setEncoding('utf8').toArray(),
    child.stderr!.setEncoding('utf8').toArray(),
    once(child, 'close')
  ])
  return { code: child.exitCode, out: out.join(''), err: err.join('') }
}

/** Runs the command for its JSON; what goes wrong is the test's failure. */
async function done (words: readonly string[]): Promise<any> {
  const { code, out, err } = await kahub([...words, '--json'])
  if (code !== 0) throw new Error(`kahub ${words.join(' ')} ended with ${code}: ${out}${err}`)
  return JSON.parse(out)
}

async function startProduct (): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const binaries = process.env.KAHUB_TEST_POSTGRES
  const env = {
    PATH: process.env.PATH,
    KAHUB_HOME: home,
    KAHUB_DEMO: '0',
    PORT: '0',
    LOG_LEVEL: 'error',
    NO_COLOR: '1',
    ...(binaries && { KAHUB_POSTGRES_BIN: binaries })
  }
  const child = spawn(process.execPath, ['src/main.ts', 'start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout! })) {
    said.push(line)
    const url = /^kahub serves (\S+)/.exec(line)?.[1]
    if (url === undefined) continue
    child.stdout!.resume()
    return { process: child, url }
  }
  throw new Error(`the product did not start: ${said.join('\n')}`)
}

async function end (child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
