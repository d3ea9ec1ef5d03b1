/**
 * A browser in the POSIX locale calls its language `en-US@posix`, which its own `Intl` refuses; the curves' library asks
 * for just that as it loads, and the page would not begin. Imported before everything else.
 */
if (!isLanguage(navigator.language)) {
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
}

function isLanguage(tag: string): boolean {
  try {
    return new Intl.NumberFormat(tag).format(0) !== '';
  } catch {
    return false;
  }
}
