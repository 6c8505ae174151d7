// docs/security.md names a test for each claim: each is there, under the name given, and the Chinese page claims the same.
import t from 'tap'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const textOf = (name: string) => readFileSync(root + name, 'utf8')
const pages = ['docs/security.md', 'docs/security.zh-CN.md']
const named = /`(test\/[\w./-]+\.test\.ts)`(?:: “([^”]+)”)?/g
const requirement = /v5\.0\.0-\d+\.\d+\.\d+|API\d+ /g

/** Whether a test of that name is in a file, however its quotes are written. */
function hasTest (file: string, name: string): boolean {
  return [name, name.replaceAll('’', "\\'")].some(written => textOf(file).includes(`t.test('${written}'`))
}

t.test('every test that the page of security names is there, under its name', async t => {
  for (const page of pages) {
    const tests = [...textOf(page).matchAll(named)]
    t.ok(tests.length > 40, `${page} names tests`)
    for (const [, file, name] of tests) {
      t.ok(existsSync(root + file!), `${file} is there`)
      t.ok(name !== undefined, `${file} is named with a test`)
      if (existsSync(root + file!) && name !== undefined) t.ok(hasTest(file!, name), `${file} has “${name}”`)
    }
  }
  t.notOk(hasTest('test/tools/security-doc.test.ts', 'a test that is not there'), 'and what is not there is not found')
})

t.test('both languages answer the same risks and requirements by the same tests', async t => {
  const [english, chinese] = pages.map(page => textOf(page)) as [string, string]
  const claims = (text: string) => text.split('\n').filter(line => line.startsWith('| ')).flatMap(line => {
    const answered = line.match(requirement) ?? []
    return answered.length === 0 ? [] : [[...answered, ...[...line.matchAll(named)].map(([, file, name]) => `${file} ${name}`)].join(' | ')]
  })
  t.same(claims(chinese), claims(english))
  t.equal(new Set(english.match(/API\d+ /g)).size, 10, 'all ten risks')
})

t.test('runs of the fuzzer that the page names are there', async t => {
  const runs = [...textOf('docs/security.md').matchAll(/--only ([a-z]+)/g)].map(([, name]) => name!)
  for (const name of new Set(runs)) t.match(textOf(`test/fuzz/${name}.ts`), `name: '${name}'`)
})
