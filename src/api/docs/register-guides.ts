// The site at /docs: its home, the guides in each language, files they link to, and /problems, to which refusals point.
// Rendered when first asked for, from documents that are a closed list; nothing a request says reaches a path of the disk.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyReply } from 'fastify'
import { Problem } from '../../base/problem.ts'
import type { App } from '../app-types.ts'
import { escapeHtml } from '../pages/escape-html.ts'
import { filePath, guidePath, homePath, languages, openLibrary, type Guide, type Language, type Library } from './guides.ts'
import { printHome, printPage, renderWords, type EntryGroup } from './guide-page.ts'
import { renderCode, renderMarkdown, type RenderedText } from './render-markdown.ts'

/** A page may load the style and the script that stand beside it, and nothing else. */
const pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const assets = { 'guides.css': 'text/css; charset=utf-8', 'guides.js': 'text/javascript; charset=utf-8' } as const
type AssetName = keyof typeof assets

const pageSecondsMax = 300
const assetSecondsMax = 31_536_000

/** The guides at /docs, in English and Chinese, rendered from the documents of this repository; and /problems. */
export async function registerGuides (app: App): Promise<void> {
  const site = openSite()
  const page = (html: string | undefined, reply: FastifyReply) => {
    if (html === undefined) throw new Problem('not_found', 'There is no such page; /docs lists all.')
    return reply.type('text/html; charset=utf-8').headers({
      'content-security-policy': pagePolicy,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': `public, max-age=${pageSecondsMax}`
    }).send(html)
  }
  const hidden = { schema: { hide: true } as never }
  for (const language of languages) {
    app.get(homePath(language), hidden, (_, reply) => page(site.home(language), reply))
    app.get<{ Params: { name: string } }>(guidePath(':name', language), hidden, (request, reply) =>
      page(site.guide(request.params.name, language), reply))
  }
  app.get<{ Params: { '*': string } }>(filePath('*'), hidden, (request, reply) => page(site.file(request.params['*']), reply))
  app.get('/problems', hidden, (request, reply) => {
    const language = request.headers['accept-language']?.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en'
    return page(site.guide('errors', language), reply.header('vary', 'accept-language'))
  })
  app.get<{ Params: { name: AssetName } }>('/docs/assets/:name', hidden, (request, reply) => {
    const { name } = request.params
    if (!Object.hasOwn(assets, name)) throw new Problem('not_found', 'There is no such file.')
    reply.headers({ 'cache-control': `public, max-age=${assetSecondsMax}, immutable`, 'x-content-type-options': 'nosniff' })
    return reply.type(assets[name]).send(site.asset(name))
  })
  // Browsers ask for it beside pages that name no icon, as the reference and plain answers.
  app.get('/favicon.ico', hidden, (_, reply) => reply.code(204).header('cache-control', `public, max-age=${pageSecondsMax}`).send())
  app.get('/docs/', hidden, (_, reply) => reply.redirect(homePath('en')))
}

/** The pages of the site; undefined is none of them. */
interface Site {
  home (language: Language): string
  guide (name: string, language: Language): string | undefined
  file (path: string): string | undefined
  asset (name: AssetName): string
}

function openSite (): Site {
  const library = once(openLibrary)
  const texts = once(() => renderAll(library()))
  const asset = remembered((name: AssetName) => readFileSync(new URL(`assets/${name}`, import.meta.url), 'utf8'))
  const version = once(() => {
    const all = Object.keys(assets).map(name => asset(name as AssetName)).join()
    return createHash('sha256').update(all).digest('hex').slice(0, 8)
  })
  const groupsIn = remembered((language: Language): EntryGroup[] => library().groups.map(({ titles, guides }) => ({
    title: titles[language],
    entries: guides.map(guide => {
      const { title, lead } = texts().get(documentOf(guide, language))!
      return { guide, title, lead }
    })
  })))
  const around = (language: Language) => ({ language, groups: groupsIn(language), version: version() })
  const inEach = (pathIn: (language: Language) => string) =>
    Object.fromEntries(languages.map(language => [language, pathIn(language)])) as Record<Language, string>
  const home = remembered((language: Language) => printPage({
    ...around(language), title: 'kahub', headings: [], html: printHome(language, groupsIn(language)), sameIn: inEach(homePath)
  }))
  const guide = remembered((key: string) => {
    const [language, name] = key.split('/') as [Language, string]
    const found = library().groups.flatMap(({ guides }) => guides).find(one => one.name === name)
    if (!found) return undefined
    const { title, headings, html } = texts().get(documentOf(found, language))!
    const textLanguage = found.documents[language] === undefined ? 'en' : language
    return printPage({ ...around(language), name, title, textLanguage, headings, html, sameIn: inEach(other => guidePath(name, other)) })
  })
  const file = remembered((path: string) => {
    const code = renderCode(library().read(path), path.slice(path.lastIndexOf('.') + 1), renderWords('en'))
    const html = `<h1>${escapeHtml(path)}</h1>\n${code}`
    return printPage({ ...around('en'), name: '', title: path, headings: [], html, sameIn: inEach(() => filePath(path)) })
  })
  const known = once(() => new Set(library().groups.flatMap(({ guides }) => guides.map(({ name }) => name))))
  return {
    home,
    guide: (name, language) => known().has(name) ? guide(`${language}/${name}`) : undefined,
    file: path => library().files.has(path) ? file(path) : undefined,
    asset
  }
}

/** Every document that is shown, rendered, by its path. */
function renderAll (library: Library): Map<string, RenderedText> {
  const documents = library.groups.flatMap(({ guides }) => guides.flatMap(guide => Object.entries(guide.documents) as [Language, string][]))
  return new Map(documents.map(([language, document]) =>
    [document, renderMarkdown(library.read(document), renderWords(language), href => library.linkFrom(document, href))]))
}

/** The document of a guide in a language, or in the one that there is. */
function documentOf ({ documents }: Guide, language: Language): string {
  return (documents[language] ?? documents.en ?? documents['zh-CN'])!
}

/** Makes it when it is first wanted. */
function once<T> (make: () => T): () => T {
  const made = remembered((_: 'it') => make())
  return () => made('it')
}

/** What was made is kept: for keys of a closed list. */
function remembered<Key, T> (make: (key: Key) => T): (key: Key) => T {
  const made = new Map<Key, T>()
  return key => {
    if (!made.has(key)) made.set(key, make(key))
    return made.get(key)!
  }
}
