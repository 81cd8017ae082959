// Unpacks the browser of the package, with the libraries it needs, into TMPDIR; prints its path.
import chromium from '@sparticuz/chromium';

process.stdout.write(await chromium.executablePath());
