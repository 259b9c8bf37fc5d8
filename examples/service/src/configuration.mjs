import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Reads NAME=value lines; empty lines and those that begin with # are skipped.
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function parseConfiguration(text) {
  const values = {};
  for (const line of text.split('\n')) {
    const separator = line.indexOf('=');
    if (line.startsWith('#') || separator <= 0) continue;
    values[line.slice(0, separator).trim()] = line.slice(separator + 1).trim();
  }
  return values;
}

/**
 * The configuration file that CONFIG_FILE names; without one, nothing is configured. A relative name
 * is looked up in the working folder and in the folders above it, as a release stands below the
 * folder that holds its configuration.
 */
export function loadConfiguration(env, folder = process.cwd()) {
  const name = env.CONFIG_FILE;
  if (name === undefined || name === '') return {};
  for (const candidate of [folder, ...foldersAbove(folder)]) {
    const file = resolve(candidate, name);
    if (existsSync(file)) return parseConfiguration(readFileSync(file, 'utf8'));
  }
  process.stderr.write(`the configuration file ${name} is not there\n`);
  return {};
}

function foldersAbove(folder) {
  const parent = dirname(folder);
  return parent === folder ? [] : [parent, ...foldersAbove(parent)];
}
