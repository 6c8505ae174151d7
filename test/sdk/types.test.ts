// The types of the SDK hold, and refuse what they must refuse; and every example compiles.
import t from 'tap'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const environment = { ...process.env, TSTYCHE_NO_COLOR: '1' }

t.test('what users may write compiles, and what they may not does not', async t => {
  const arguments_ = [`${root}node_modules/tstyche/dist/bin.js`, 'test/sdk/types', '--tsconfig', 'test/sdk/types/tsconfig.json']
  const { code, out } = await run(arguments_)
  t.equal(code, 0, out)
  t.match(out, /Assertions: +[5-9]\d passed/)
})

t.test('every example in TypeScript compiles', async t => {
  const examples = readdirSync(`${root}examples`).filter(name => name.endsWith('.ts')).map(name => `examples/${name}`)
  t.ok(examples.length >= 2)
  const { code, out } = await run([
    `${root}node_modules/typescript/bin/tsc`, '--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024',
    '--allowImportingTsExtensions', '--erasableSyntaxOnly', '--types', 'node', ...examples, 'test/sdk/examples.ts'
  ])
  t.equal(code, 0, out)
})

async function run (words: readonly string[]): Promise<{ readonly code: number, readonly out: string }> {
  return await execute(process.execPath, words, { cwd: root, env: environment }).then(
    ({ stdout }) => ({ code: 0, out: stdout }),
    (error: { code: number, stdout: string, stderr: string }) => ({ code: error.code, out: error.stdout + error.stderr })
  )
}
