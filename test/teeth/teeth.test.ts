// The planted bugs stay plantable: `npm run teeth` shows that each is caught.
import t from 'tap'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readBugs, root } from './bugs.ts'
import { applyPatch } from './scratch.ts'

/** What the programme asks for. */
const bugsMin = 24
const bugs = readBugs()

t.test('there are bugs enough, each told in words', async t => {
  t.ok(bugs.length >= bugsMin, `${bugs.length} bugs`)
  for (const { name, bug, breaks } of bugs) {
    t.match(name, /^[a-z]+(-[a-z]+)*$/)
    t.match(bug, /^\S.{20,}\.$/, name)
    t.match(breaks, /^\S.{10,}\.$/, name)
    t.match(breaks, /^(I\d|docs\/|CONTRIBUTING)/, `${name} breaks an invariant, or what is written`)
    for (const [document] of breaks.matchAll(/[\w/-]+\.md/g)) t.ok(existsSync(join(root, document)), `${name}: ${document}`)
  }
})

t.test('each can be planted in the source, and nowhere else', async t => {
  for (const { name, path } of bugs) {
    t.doesNotThrow(() => applyPatch(root, ['--check', path]), `${name} applies`)
    const files = [...readFileSync(path, 'utf8').matchAll(/^(?:---|\+\+\+) [ab]\/(.+)$/gm)].map(([, file]) => file!)
    t.ok(files.length >= 2 && files.every(file => file.startsWith('src/')), `${name} changes ${files.join(', ')}`)
  }
})

t.test('each names a test that there is', async t => {
  for (const { name, caughtBy: { file, test } } of bugs) {
    t.ok(existsSync(join(root, file)), `${name}: ${file}`)
    t.ok(readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'").includes(test), `${name}: ${test}`)
  }
})
