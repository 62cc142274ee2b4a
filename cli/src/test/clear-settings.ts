/** Clears the settings that the environment of the test run gives: the ones of a test stand in the test. */
export function clearSettings(): void {
  for (const name of Object.keys(process.env)) {
    if (/^(THROUGHLINE|STORAGE)_/.test(name)) delete process.env[name];
  }
}
