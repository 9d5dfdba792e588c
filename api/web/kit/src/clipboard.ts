/**
 * Copies a text. Returns whether it could: pages over plain HTTP have no clipboard, the browsers inside
 * other apps often have none either, and it may be forbidden.
 */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // the link is shown instead
  }
}
