// Which documents of this repository are guides on the site, in which order, and where their links lead there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

export const languages = ['en', 'zh-CN'] as const
export type Language = typeof languages[number]

/** A guide, with the document of each language that it is written in. */
export interface Guide { readonly name: string, readonly documents: Readonly<Partial<Record<Language, string>>> }

export interface GuideGroup { readonly titles: Readonly<Record<Language, string>>, readonly guides: readonly Guide[] }

/** The guides as the site shows them, and the files of the repository that they link to. */
export interface Library {
  readonly groups: readonly GuideGroup[]
  /** Paths of files, shown as they are. */
  readonly files: ReadonlySet<string>
  /** The text of a document or a linked file. */
  read (path: string): string
  /** Where a link of a document leads on the site. */
  linkFrom (document: string, href: string): string
}

/** Where the site shows the contract. */
export const referencePath = '/docs/reference'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** What stands in which group; a document of docs/ that is not named here comes last. */
const plan: readonly { readonly titles: Readonly<Record<Language, string>>, readonly names: readonly string[] }[] = [
  { titles: { en: 'Begin', 'zh-CN': '入门' }, names: ['first-purchase', 'signing', 'signing-examples', 'sdk', 'sandbox', 'going-live'] },
  { titles: { en: 'Buy', 'zh-CN': '采购' }, names: ['idempotency', 'buying-day', 'approvals', 'standing-orders', 'sealed-delivery'] },
  { titles: { en: 'Sell', 'zh-CN': '直播销售' }, names: ['purchase-links', 'hosts-evening', 'payments', 'embedding', 'settlement', 'deposits'] },
  { titles: { en: 'Be told', 'zh-CN': '接收通知' }, names: ['callbacks'] },
  { titles: { en: 'Look up', 'zh-CN': '查阅' }, names: ['errors', 'versions', 'graphql', 'certify', 'cli', 'tools', 'security', 'proof', 'changes'] }
]

/** Documents that lie outside of docs/. */
const elsewhere: Readonly<Record<string, Guide['documents']>> = {
  sdk: { en: 'sdk/README.md' },
  changes: { en: 'CHANGELOG.md' }
}

/** Reads which guides there are, and what they link to. */
export function openLibrary (): Library {
  const guides = new Map([...Object.entries(elsewhere), ...documentsOf('docs')].map(([name, documents]) => [name, { name, documents }]))
  const named = plan.flatMap(({ names }) => names)
  const groups = plan.map(({ titles, names }, index) => {
    const more = index === plan.length - 1 ? [...guides.keys()].filter(name => !named.includes(name)).sort() : []
    return { titles, guides: [...names, ...more].flatMap(name => guides.get(name) ?? []) }
  })
  const pages = new Map([...guides.values()].flatMap(({ name, documents }) =>
    languages.flatMap(language => documents[language] === undefined ? [] : [[documents[language], guidePath(name, language)] as const])))
  const links = [...pages.keys()].flatMap(linkedFiles)
  pages.set('README.md', homePath('en'))
  pages.set('README.zh-CN.md', homePath('zh-CN'))
  pages.set('openapi.yaml', referencePath)
  const files = new Set(links.filter(path => !pages.has(path)))
  return {
    groups,
    files,
    read: path => readFileSync(root + path, 'utf8'),
    linkFrom (document, href) {
      if (/^(https?:|#|\/)/.test(href)) return href
      const [path = '', anchor] = href.split('#')
      const target = posix.join(posix.dirname(document), path)
      const page = pages.get(target) ?? (files.has(target) ? filePath(target) : homePath('en'))
      return anchor === undefined ? page : `${page}#${anchor}`
    }
  }
}

/** The address of a guide in a language. */
export function guidePath (name: string, language: Language): string {
  return `${homePath(language)}/guides/${name}`
}

/** The address of the guides' home in a language. */
export function homePath (language: Language): string {
  return language === 'en' ? '/docs' : `/docs/${language}`
}

/** The address of a file of this repository that a guide links to. */
export function filePath (path: string): string {
  return `/docs/files/${path}`
}

/** The documents of a folder by the name of their guide: name.md, and name.zh-CN.md. */
function documentsOf (folder: string): [string, Guide['documents']][] {
  const names = readdirSync(root + folder).filter(name => name.endsWith('.md')).sort()
  const guides = Map.groupBy(names, name => name.replace(/(\.zh-CN)?\.md$/, ''))
  return [...guides].map(([name, files]) => [name, Object.fromEntries(files.map(file =>
    [file.endsWith('.zh-CN.md') ? 'zh-CN' : 'en', `${folder}/${file}`]))])
}

function linkedFiles (document: string): string[] {
  const links = [...readFileSync(root + document, 'utf8').matchAll(/\]\((?!https?:|#|\/)([^)#\s]+)/g)]
  return links.map(([, link]) => posix.join(posix.dirname(document), link!)).filter(path => /\.\w+$/.test(path) && existsSync(root + path))
}
