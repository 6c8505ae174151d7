// The signing examples, in each language this machine has: they give the signatures of the published vectors, buy and read with the
// key of a house, and are what the documents show.
import t from 'tap'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openHouse } from '../support/house.ts'
import { vectors } from '../support/signing-vectors.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const textOf = (path: string) => readFileSync(join(root, path), 'utf8')
/** Compiling is slow where nothing was compiled before. */
const commandMsMax = 180_000

interface Example {
  readonly file: string
  /** As the fence of its block says. */
  readonly language: string
  /** The programs it needs, looked for on this machine. */
  readonly needs: readonly string[]
  /** What runs it; compiled into the folder first, where that is how it is run. */
  readonly command: (folder: string) => readonly string[]
  readonly compile?: (folder: string) => readonly string[]
}

const examples: readonly Example[] = [
  { file: 'sign.sh', language: 'sh', needs: ['curl', 'openssl'], command: () => ['sh', 'examples/signing/sign.sh'] },
  { file: 'sign.ts', language: 'ts', needs: [], command: () => [process.execPath, '--disable-warning=ExperimentalWarning', 'examples/signing/sign.ts'] },
  { file: 'sign.py', language: 'python', needs: ['python3'], command: () => ['python3', 'examples/signing/sign.py'] },
  { file: 'sign.php', language: 'php', needs: ['php'], command: () => ['php', 'examples/signing/sign.php'] },
  {
    file: 'Sign.java',
    language: 'java',
    needs: ['java', 'javac'],
    compile: folder => ['javac', '-d', folder, 'examples/signing/Sign.java'],
    command: folder => ['java', '-cp', folder, 'Sign']
  },
  {
    file: 'sign.go',
    language: 'go',
    needs: ['go'],
    compile: folder => ['go', 'build', '-o', join(folder, 'sign'), 'examples/signing/sign.go'],
    command: folder => [join(folder, 'sign')]
  }
]

interface Ran { readonly code: number, readonly out: string, readonly err: string }

function run ([program, ...words]: readonly string[], more: Readonly<Record<string, string>>): Promise<Ran> {
  const { PATH = '', HOME = tmpdir() } = process.env
  const env = { PATH, HOME, LANG: 'C.UTF-8', ...more }
  return new Promise(resolve => {
    execFile(program!, words, { cwd: root, env, timeout: commandMsMax }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err })
    })
  })
}

const isHere = async (program: string) => (await run(['sh', '-c', `command -v ${program}`], {})).code === 0

t.test('each example gives the signatures of the vectors, and is taken by a server', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'kahub-signing-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const house = await openHouse(t)
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 100 })
  const credentials = join(folder, 'demo.json')
  writeFileSync(credentials, JSON.stringify(alice.credentials, null, 2))

  for (const { file, needs, compile, command } of examples) {
    const missing = []
    for (const program of needs) if (!await isHere(program)) missing.push(program)
    await t.test(file, missing.length > 0 ? { skip: `${missing.join(', ')} is not on this machine` } : {}, async t => {
      if (compile) t.match(await run(compile(folder), { GOCACHE: join(folder, 'go'), GOFLAGS: '-mod=mod' }), { code: 0 }, 'it compiles')
      const program = command(folder)
      for (const { method, target, body, secret, content_digest: digest, signature_input: input, signature } of vectors) {
        const key = { KAHUB_URL: house.url, KAHUB_KEY_ID: 'key_demo', KAHUB_SECRET: secret }
        const told = { KAHUB_CREATED: /created=(\d+)/.exec(input)![1]!, KAHUB_NONCE: /nonce="([^"]+)"/.exec(input)![1]! }
        const { out, err } = await run([...program, '--print', method, target, ...body === null ? [] : [body]], { ...key, ...told })
        const lines = out.trim().split('\n')
        t.ok(lines.includes(`signature: ${signature}`), `${method} ${target}: ${out}${err}`)
        t.ok(lines.includes(`signature-input: ${input}`), `${method} ${target}`)
        const shown = lines.find(line => line.startsWith('content-digest: '))
        t.equal(shown, digest === null ? undefined : `content-digest: ${digest}`, `${method} ${target}`)
      }

      const fromFile = { KAHUB_CREDENTIALS: credentials }
      const me = await run(program, fromFile)
      t.match([me.code, JSON.parse(me.out).reseller.id], [0, alice.id], `GET /v1/me: ${me.err}`)
      const stock = await run([...program, 'GET', `/v1/stock?sku=${sku}`], fromFile)
      t.match(JSON.parse(stock.out).data, [{ sku }], 'a query')
      const order = JSON.stringify({ reference: `订单 ${file}`, lines: [{ sku, quantity: 1 }] })
      const bought = await run([...program, 'POST', '/v1/orders', order], fromFile)
      const expected = { state: 'completed', reference: `订单 ${file}` }
      t.match([bought.code, JSON.parse(bought.out)], [0, expected], `a body beyond ASCII: ${bought.err}`)
      const refused = await run([...program, 'GET', '/v1/orders/none'], fromFile)
      t.not(refused.code, 0, 'a refusal is told by the exit code')
      t.match(refused.out, /"code":/, 'and shown')
    })
  }
})

t.test('the documents show the examples as they are, in both languages', async t => {
  for (const document of ['docs/signing-examples.md', 'docs/signing-examples.zh-CN.md']) {
    const text = textOf(document)
    for (const { file, language } of examples) {
      const shown = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block)
      t.same(shown, [textOf(`examples/signing/${file}`)], `${document}: ${file}`)
    }
  }
  const blocks = (document: string) => [...textOf(document).matchAll(/^ *```.*?^ *```$/gms)].map(([block]) => block)
  t.same(blocks('docs/signing.zh-CN.md'), blocks('docs/signing.md'), 'the steps have the same values in both')
})

t.test('each example stands alone', async t => {
  for (const { file } of examples) {
    const text = textOf(`examples/signing/${file}`)
    t.notMatch(text, /(from|require\(|import) ['"]\.{1,2}\//, `${file} needs no other file`)
    t.equal(dirname(`examples/signing/${file}`), 'examples/signing')
  }
})
