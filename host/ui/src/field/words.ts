// The words, handed down to every part of the field.

import { createContext } from "preact";
import { useContext } from "preact/hooks";

import { speech, type Speech } from "../messages";

export const Words = createContext<Speech>(speech([], "en"));

export const useWords = (): Speech => useContext(Words);
