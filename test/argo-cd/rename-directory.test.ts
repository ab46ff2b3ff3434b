/** A Process is renamed while workflows run: rendered manifests in Git. */
import { renameCases } from './rename-cases.ts';

renameCases('directory').run();
