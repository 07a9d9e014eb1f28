import { render } from 'preact';
import { App } from './app.tsx';
import { applyTheme, readTheme } from './lib/theme.ts';
import './style/base.css';
import './style/layout.css';
import './style/parts.css';

applyTheme(readTheme());
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
