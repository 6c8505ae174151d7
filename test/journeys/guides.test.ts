// The guides are run: every block of sh, js, ts and python in docs/, in the order a reader meets them, against a started kahub, in
// folders that look like the reader's. A js or ts block that begins with an import begins a program; the others go on with it.
import t, { type Test } from 'tap'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { printProblemGuide } from '../../schema/problem-guide.ts'
import { problemCodes } from '../../schema/problems.ts'
import { Kahub } from '../../sdk/src/index.ts'
import { startProduct } from '../support/api-process.ts'
import { blocksOf, textsIn, type Block } from '../support/fences.ts'
import { openHouse } from '../support/house.ts'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const textOf = (name: string) => readFileSync(join(root, name), 'utf8')
const documents = readdirSync(join(root, 'docs')).filter(name => name.endsWith('.md')).sort()
/** In the order of a reader: the first makes the project that the programs of the others run in. */
const firstGuide = 'first-purchase.md'
const guides = [firstGuide, ...documents.filter(name => !name.endsWith('.zh-CN.md') && name !== firstGuide)]
const commandMsMax = 120_000

/** Run here, read as data, or shown to be read; what is in another language is run by the test that is named. */
const run = ['sh', 'js', 'ts', 'python']
const shown = ['json', 'text', 'console']

/** Pages whose blocks need more than a started kahub, and what runs them. */
const ranBy: Readonly<Record<string, string>> = {
  'signing-examples.md': 'test/journeys/signing-examples.test.ts',
  'tools.md': 'test/tools/generators.test.ts',
  'graphql.md': 'test/graphql',
  'certify.md': 'test/certify'
}

/** What programs of a page say, besides ending well. */
const sayings: Readonly<Record<string, readonly RegExp[]>> = {
  'first-purchase.md': [
    /^bought +Steam .* for 96\.80 CNY\ncode +STEAM-\S+\ncallback order\.completed verified; the order is ours$/m,
    /^(\{.*"reference":"FIRST-1".*\})\n\1$/m,
    /^ord_\S+ completed 96\.80 CNY\nSTEAM-\S+$/m
  ],
  'idempotency.md': [
    /^no answer for shop-\d+\ncompleted 2 codes, replayed: true\nreference_reused \S+\nprice_above_max\nbought after all: completed not bound by 1$/m,
    /^no answer, and the customer has left\nreversed\nthe order is reversed$/m
  ],
  'versions.md': [/^spoken: \d{4}-\d\d-\d\d\ndeprecated: no$/m],
  'going-live.md': [/^signature holds; clocks differ by less than 5 s\nkey key_live_\S+ may .*orders:write/m, /^wallet CNY \d+\.\d\d$/m],
  'approvals.md': [/^awaiting_approval\n\[ 'amount', 'quantity' \] 11616\.00 CNY 1\ncompleted\nrejected$/m, /^marketing 0\.00 20000\.00$/m],
  'sandbox.md': [
    /^world test\ncan buy 800 with 50000\.00 as diamond$/m,
    /^timeout_before_commit timed_out → completed 2\ntimeout_after_commit timed_out → completed 2$/m,
    /^reset_before_commit connection_failed → completed 2\nreset_after_commit connection_failed → completed 2$/m,
    /^error_before_commit internal_error → completed 2\nerror_after_commit internal_error → completed 2$/m,
    /^unavailable overloaded → completed 2\nrate_limited rate_limited → completed 2\nby itself completed 2\nslow_answer completed 2$/m,
    /^there are plenty\nout_of_stock out_of_stock\npartial_stock out_of_stock\npartial_stock partial 3$/m,
    /^max_total price_above_max\nquote as quoted\nneither dearer\nquote_expiry quote_expired$/m,
    /^supplier_unknown reserved → completed\nsupplier_unknown reserved → cancelled$/m,
    /^callback_duplicate twice, again\ncallback_late prompt, late\ncallback_out_of_order second, first\ncallback_forged forged, true$/m,
    /^answered to the forged one 401\nSandbox out_of_stock out_of_stock$/m
  ],
  'standing-orders.md': [/^next at 2\S+Z would be ordered 50$/m],
  'sealed-delivery.md': [/^enc_\S+$/m, /^(sku_\S+ STEAM-\S+\n){3}Vault is retired$/m],
  'purchase-links.md': [
    /^of 99\.90 96\.80 \+ 2\.00 \+ 1\.10 and not below 98\.78$/m,
    /^link_price_too_low at \/skus\/0\/retail_price \{"sku_\w+":\{"amount":"98\.78","currency":"CNY"\}\}$/m,
    /^paused 2\nversion 4 quota 800 ; the second state_conflict\n4 .*"quota":500.*\n3 .*\n2 /m,
    /^another address true\nended with 1 link$/m
  ],
  'deposits.md': [/^pending redirect\npaid trf_\S+\n500\.00 paid_twice$/m],
  'callbacks.md': [/^whsec_\S+$/m, /^1 \S+$/m, /order\.completed\nwhsec_\S+$/m],
  'embedding.md': [
    /"type":"rich".*"thumbnail_width":600/, /^200 image\/png\n200 image\/svg\+xml\n200 image\/png\n200 text\/html; charset=utf-8\n302 http\S+\/l\/demo$/m
  ],
  'hosts-evening.md': [
    /^world test links:read links:write\nhost 小明 Ming 0\.02\nsession live$/m,
    /^at 97\.00 link_price_too_low ; at 99\.90 active wholesale 96\.80 commission 2\.00 margin 1\.10$/m,
    /^overlay 200 text\/html; charset=utf-8$/m,
    /^Li has STEAM-\S+\nWang has STEAM-\S+\nsold chk_\S+ completed 138\*{4}8000 99\.90\nsold chk_\S+ completed l\*{3}@example\.com 99\.90$/m,
    /^while paused: (?!STEAM|refused).+\nresumed: STEAM-\S+\nflash sale 2 codes; 3 were told: (?!STEAM|refused).+\nflash sale is sold_out$/m,
    /^report 5 purchases, revenue 497\.70 commission 9\.96 margin 3\.74$/m,
    /^settled 5 sales 497\.70 = 484\.00 \+ 9\.96 \+ 3\.74\nstatement\.csv 5 lines$/m,
    /^500\.00 is state_conflict ; paid out 9\.96 still due 0\.00$/m,
    /^2\S+ +stl_\S+ +ses_\S+ +5 +497\.70 +484\.00 +9\.96 +3\.74 +CNY$/m,
    /pyo_\S+ +hst_\S+ +9\.96 CNY +evening-\d+-payout +bank transfer$/m
  ],
  'buying-day.md': [
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
}

t.test('every fence says what its block is, and what says json is JSON', async t => {
  for (const document of documents) {
    const english = document.replace('.zh-CN.md', '.md')
    for (const { language, text, line } of blocksOf(textOf(`docs/${document}`))) {
      const where = `docs/${document}:${line}`
      t.ok([...run, ...shown].includes(language) || english in ranBy, `${where} says ${language || 'nothing'}`)
      if (language === 'json') t.doesNotThrow(() => JSON.parse(text), where)
    }
  }
  for (const [page, test] of Object.entries(ranBy)) if (documents.includes(page)) t.ok(existsSync(join(root, test)), `${page} is run by ${test}`)
})

t.test('what a Chinese page shows of code stands in the English page, in the same sequence', async t => {
  for (const document of documents.filter(name => name.endsWith('.zh-CN.md'))) {
    const english = blocksOf(textOf(`docs/${document.replace('.zh-CN.md', '.md')}`)).filter(isRun).map(({ text }) => codeOf(text)).join('\n\n')
    let from = 0
    for (const { text, line } of blocksOf(textOf(`docs/${document}`)).filter(isRun)) {
      const at = english.indexOf(codeOf(text), from)
      t.ok(at >= 0, `docs/${document}:${line}`)
      from = at + 1
    }
  }
})

t.test('each refusal is explained in both languages, and docs/errors.md is what the table prints', async t => {
  for (const [name, language] of [['docs/errors.md', 'en'], ['docs/errors.zh-CN.md', 'zh-CN']] as const) {
    t.equal(textOf(name), printProblemGuide(language), `${name}: npm run openapi prints it anew`)
    t.same([...textOf(name).matchAll(/^### (\w+)$/gm)].map(([, code]) => code), problemCodes)
  }
})

t.test('programs that stand in examples/ as well are the same there', async t => {
  t.equal(textsIn(textOf('docs/first-purchase.md'), 'js')[0] + '\n', textOf('examples/first-purchase.mjs'))
  for (const [guide, example, least] of [['buying-day.md', 'buying-day.ts', 20], ['hosts-evening.md', 'hosts-evening.mjs', 10]] as const) {
    const program = textOf(`examples/${example}`)
    const blocks = textsIn(textOf(`docs/${guide}`), 'js').map(block => block.replace('\'@kahub/sdk\'', '\'../sdk/src/index.ts\''))
    t.ok(blocks.length > least)
    t.equal(program.slice(program.indexOf('\nimport ') + 1), `${blocks.join('\n\n')}\n`)
  }
})

t.test('every block of every guide runs, and says what the guide says', async t => {
  const house = await openHouse(t)
  const outside = await mkdtemp(join(tmpdir(), 'kahub-guides-'))
  t.teardown(() => rm(outside, { recursive: true, force: true }))
  const folder = join(outside, 'kahub')
  const home = join(folder, '.kahub')
  await mkdir(home, { recursive: true })
  await chmod(outside, 0o711)
  for (const name of ['examples', 'bin', 'sdk', 'src', 'schema', 'package.json', 'node_modules']) await symlink(join(root, name), join(folder, name))
  const product = await startProduct(t, house.databaseUrl, house.masterKey, { KAHUB_HOME: home, KAHUB_DEMO: '1', CALLBACK_LOOPBACK: '1' })

  for (const guide of guides.filter(name => !(name in ranBy))) {
    const blocks = blocksOf(textOf(`docs/${guide}`)).filter(isRun)
    if (blocks.length === 0) continue
    await t.test(`docs/${guide}`, async t => {
      // Whoever goes through the longest of them again begins from what the first time left.
      for (const time of guide === 'buying-day.md' ? ['once', 'again'] : ['once']) {
        const said = await runBlocks(t, guide, blocks, folder, product.url)
        for (const saying of sayings[guide] ?? []) t.match(said, saying, `${time}: ${saying.source}`)
        const files = /^files in (.*)$/m.exec(said)?.[1]
        if (files !== undefined) filesAreWhole(t, files)
      }
    })
  }

  const kahub = new Kahub({ ...JSON.parse(readFileSync(join(home, 'demo.json'), 'utf8')), url: product.url })
  t.same(await kahub.endpoints.list().toArray({ limit: 9 }), [], 'no endpoint is left behind')
  t.same((await kahub.encryptionKeys.list().toArray({ limit: 9 })).filter(key => key.in_use), [], 'codes leave in the clear again')
  t.same((await kahub.standingOrders.list().toArray({ limit: 9 })).filter(({ state }) => state === 'active'), [], 'nothing buys by itself')
  t.same(await kahub.holds.list({ state: 'active' }).toArray({ limit: 9 }), [], 'nothing is held')
  await house.proves(t)
})

/** What the buying day downloads. */
function filesAreWhole (t: Test, folder: string): void {
  const rowsOf = (name: string) => readFileSync(join(folder, name), 'utf8').trim().split('\n')
  t.equal(new Set(rowsOf('codes.ndjson')).size, 10_000, 'a line for each code')
  t.equal(rowsOf('codes.csv').length, 10_001)
  t.equal(rowsOf('result.csv').filter(row => row.includes('customer-')).length, 900, 'a row for each line')
}

function isRun ({ language }: Block): boolean {
  return run.includes(language)
}

/** Code without its remarks, which are in the language of the page. */
function codeOf (text: string): string {
  return text.replace(/^ *\/\/.*\n/gm, '').replace(/ +\/\/ .*$/gm, '').trim()
}

/** A program of a page: js or ts blocks that follow each other. */
interface Program { readonly language: string, readonly file: string | undefined, text: string, readonly line: number }

/** The blocks as programs, in order: a block that goes on with the program before it is a part of it. */
function programsOf (blocks: readonly Block[]): Program[] {
  const programs: Program[] = []
  for (const { language, file, text, line } of blocks) {
    const isScript = language === 'js' || language === 'ts'
    const before = programs.findLast(program => program.file === undefined && program.language === language)
    if (isScript && file === undefined && before && !text.startsWith('import ')) before.text += `\n\n${text}`
    else programs.push({ language, file, text, line })
  }
  return programs
}

async function runBlocks (t: Test, guide: string, blocks: readonly Block[], folder: string, url: string): Promise<string> {
  // Commands begin in kahub's folder; programs run in the reader's own project, once the first guide has made it.
  let cwd = folder
  const project = guide === firstGuide ? undefined : join(dirname(folder), 'my-shop')
  let said = ''
  for (const [index, { language, file, text, line }] of programsOf(blocks).entries()) {
    const where = `docs/${guide}:${line}`
    const place = language === 'js' || language === 'ts' ? project ?? cwd : cwd
    if (file !== undefined) {
      await writeFile(join(cwd, file), text + '\n')
      continue
    }
    if (await cannotRun(text, language)) {
      t.comment(`${where} needs a program that is not here`)
      continue
    }
    const command = language === 'sh'
      ? ['sh', '-e', '-c', `${text.replaceAll('http://127.0.0.1:8080', url)}\npwd >${folder}/.cwd`]
      : language === 'python'
        ? ['python3', '-c', text]
        : [process.execPath, await script(place, `${guide}-${index}`, language, text)]
    const answer = await perform(command, place).catch((error: Error & { stderr?: string, stdout?: string }) => {
      t.fail(where, { stderr: error.stderr, stdout: error.stdout })
      return ''
    })
    t.pass(where)
    t.comment(answer)
    said += answer
    if (language === 'sh' && existsSync(`${folder}/.cwd`)) cwd = readFileSync(`${folder}/.cwd`, 'utf8').trim()
  }
  return said
}

async function script (cwd: string, name: string, language: string, text: string): Promise<string> {
  const path = join(cwd, `${name}.${language === 'ts' ? 'mts' : 'mjs'}`)
  await writeFile(path, text + '\n')
  return path
}

/** Programs of other people that this machine lacks. */
async function cannotRun (text: string, language: string): Promise<boolean> {
  const needs = language === 'python' ? ['python3'] : language === 'sh' ? ['python3', 'curl', 'openssl'].filter(name => new RegExp(`\\b${name}\\b|examples/buy\\.sh`).test(text)) : []
  for (const name of needs) if (!await execute('sh', ['-c', `command -v ${name}`]).then(() => true, () => false)) return true
  return false
}

/** jose is installed by whoever opens codes without the SDK; here it is the one of this repository. */
const joseHook = `data:text/javascript,${encodeURIComponent(`
import { registerHooks } from 'node:module'
registerHooks({ resolve: (name, context, next) => next(name === 'jose' ? ${JSON.stringify(import.meta.resolve('jose'))} : name, context) })
`)}`

async function perform ([program, ...words]: readonly string[], cwd: string): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`, NO_COLOR: '1', TMPDIR: dirname(cwd) }
  // A coverage or test hook of ours, npm's own settings and a credential of the reader are not the reader's.
  for (const name of Object.keys(env)) if (/^(NODE_OPTIONS$|npm_|KAHUB_|TAP)/.test(name)) delete env[name]
  env.NODE_OPTIONS = `--disable-warning=ExperimentalWarning --import ${joseHook}`
  const { stdout } = await execute(program!, words, { cwd, env, timeout: commandMsMax })
  return stdout
}
