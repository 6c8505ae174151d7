/** Text as it may stand in HTML and in attributes. */
export function escapeHtml (text: string): string {
  return text.replace(/[&<>"']/g, character => entities[character]!)
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
