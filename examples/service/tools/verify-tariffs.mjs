/**
 * 数据库迁移验证 of this service: its data is src/tariffs.mjs, so the check is that every zone that a
 * country names has a complete tariff.
 */
import { tariffs, zones } from '../src/tariffs.mjs';

const wrong = [...new Set([...Object.values(zones), 'elsewhere'])].filter((zone) => {
  const tariff = tariffs[zone];
  return tariff === undefined || !(tariff.baseCents > 0) || !(tariff.perKilogramCents > 0);
});
process.stdout.write(wrong.length === 0 ? 'every zone has a tariff\n' : `no complete tariff: ${wrong.join(', ')}\n`);
process.exit(wrong.length === 0 ? 0 : 1);
