// Loads each route file of a folder as Kaoto does, and saves it into another folder: node save.cjs FROM TO
import fs from 'node:fs';
import path from 'node:path';
import { CamelResourceFactory } from './package/lib/esm/models/camel/camel-resource-factory.js';

const [from, to] = process.argv.slice(2);
for (const file of fs.readdirSync(from, { recursive: true })) {
  if (file.endsWith('.camel.yaml')) {
    const text = fs.readFileSync(path.join(from, file), 'utf8');
    const saved = path.join(to, file);
    fs.mkdirSync(path.dirname(saved), { recursive: true });
    fs.writeFileSync(saved, CamelResourceFactory.createCamelResource(text, { path: file }).toString());
  }
}
