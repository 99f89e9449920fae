"""Takes the picture of the README from the home page of the built book.

Usage: ``make picture``, after the home page has changed.
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

from iran_russia import singles

ROOT = Path(__file__).parent.parent
PAGE, PICTURE = ROOT / "_build/html/index.html", ROOT / "book/pictures/home.png"
SCREEN = {"width": 1366, "height": 768}


def main() -> None:
    """Photograph the first screen, in the light theme and without network."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=singles.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SCREEN, color_scheme="light", offline=True)
        page.goto(PAGE.as_uri())
        page.screenshot(path=PICTURE, animations="disabled")
        browser.close()


if __name__ == "__main__":
    main()
