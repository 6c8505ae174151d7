// Names and sentences of the generated code.

const commentWidth = 118

/** `listProducts` and `list-products` as `ListProducts`. */
export function pascal (name: string): string {
  return name.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** What the body of an operation is called, here and in the contract: `placeOrder` takes a `PlaceOrderBody`. */
export function bodyName (operationId: string): string {
  return `${pascal(operationId)}Body`
}

/** `order_id` and `order-id` as `orderId`. */
export function camel (name: string): string {
  const upper = pascal(name)
  return upper.charAt(0).toLowerCase() + upper.slice(1)
}

/** The noun for one of a resource: `orders` is made of an `order`. */
export function singular (noun: string): string {
  if (noun.endsWith('ies')) return `${noun.slice(0, -3)}y`
  if (/(s|x|ch|sh)es$/.test(noun)) return noun.slice(0, -2)
  return noun.endsWith('s') && !noun.endsWith('ss') ? noun.slice(0, -1) : noun
}

/** A name as it may stand in an object type. */
export function propertyName (name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name.replace(/['\\]/g, '\\$&')}'`
}

/** Paragraphs as a doc comment that ends in a line break; nothing when there is nothing to say. */
export function docComment (paragraphs: readonly string[], indent: string): string {
  const lines = paragraphs.filter(paragraph => paragraph !== '').flatMap(paragraph => fold(paragraph.replaceAll('*/', '* /'), indent))
  if (lines.length === 0) return ''
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
  return `${indent}/**\n${lines.map(line => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`
}

function fold (paragraph: string, indent: string): string[] {
  return paragraph.trim().split('\n').flatMap(line => {
    const folded: string[] = []
    let present = ''
    for (const word of line.trim().split(/\s+/)) {
      if (present !== '' && indent.length + 3 + present.length + 1 + word.length > commentWidth) {
        folded.push(present)
        present = word
      } else present = present === '' ? word : `${present} ${word}`
    }
    return [...folded, present]
  })
}
