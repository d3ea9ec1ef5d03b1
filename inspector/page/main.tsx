import './source/repair-language.ts';
import { render } from 'preact';
import './style/tokens.css';
import './style/base.css';
import './style/controls.css';
import './style/layout.css';
import './style/top-bar.css';
import '../charts/chart.css';
import './style/chart.css';
import './style/gauges.css';
import './style/timeline.css';
import './style/events.css';
import './style/details.css';
import './style/requests.css';
import './style/curves.css';
import './style/dialog.css';
import './style/empty.css';
import './style/narrow.css';
import drawings from 'virtual:drawings';
import { isServed, takeToken } from './source/page-token.ts';
import { createStore, StoreProvider } from './store/store.ts';
import { App } from './view/app.tsx';

const store = createStore(drawings);
const place = document.getElementById('app');
if (place !== null) {
  render(
    <StoreProvider value={store}>
      <App />
    </StoreProvider>,
    place,
  );
}
const token = takeToken(location);
if (token !== null) void store.sources.follow(token);
else if (isServed(location)) store.sources.refuse();
