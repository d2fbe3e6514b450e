import { dictionary } from "../../../components/language";
import { en } from "./words.en";
import { zh } from "./words.zh";

export const words = dictionary(en, zh);
