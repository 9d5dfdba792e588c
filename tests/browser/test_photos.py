"""Photos from the roadside: in a tunnel, by the owner, and on the dispatcher's card."""

from __future__ import annotations

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, LiveTown
from tests.support.pictures import drawn, with_exif

expect.set_options(timeout=PATIENCE_MS)

ACCIDENT = {"fault": "accident", "symptom": "front hit"}


def photo(content: bytes) -> FilePayload:
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content}


def at_the_car(town: LiveTown, code: str = "T-01") -> tuple[Page, dict[str, object]]:
    """Return the phone of a tow unit that has reported its arrival, and the incident."""
    phone = town.phone(code)
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()  # from now on the page is the service worker's
    incident = town.call(**ACCIDENT)
    expect(phone.locator(".job-number")).to_have_text(str(incident["number"]))
    phone.click("text=Set off")
    phone.click("text=I am at the car")
    return phone, incident


def test_a_photo_taken_in_a_tunnel_is_seen_on_the_card(live_town: LiveTown) -> None:
    phone, incident = at_the_car(live_town)
    camera = phone.locator(".steps input[type=file]")
    expect(phone.locator(".steps .next")).to_have_text("Photo before loading")
    assert camera.get_attribute("capture") == "environment"
    expect(phone.locator(".unsent")).to_have_count(0)

    phone.context.set_offline(True)
    camera.set_input_files(photo(drawn(3000, 2000)))
    expect(phone.locator(".unsent")).to_have_text("1 unsent")
    phone.click("text=Car is loaded")
    expect(phone.locator(".unsent")).to_have_text("2 unsent")

    phone.reload()  # a restart: both are still there
    expect(phone.locator(".unsent")).to_have_text("2 unsent")
    expect(phone.locator(".photos li")).to_contain_text("unsent")
    expect(phone.locator(".steps .next")).to_have_text("Photo after unloading")
    assert live_town.events("photo.added") == []

    console = live_town.console()
    console.click(f"[data-incident] >> text={incident['number']}")
    phone.context.set_offline(False)
    expect(phone.locator(".unsent")).to_have_count(0)
    picture = console.locator(".photos img")
    expect(picture).to_have_count(1)
    expect(console.locator(".photos li")).to_contain_text("before loading")
    expect(console.locator(".photos li")).to_contain_text("T-01")
    expect(console.locator(".timeline")).to_contain_text("T-01 took photos before loading")
    assert picture.evaluate("it => [it.naturalWidth, it.naturalHeight]") == [1600, 1067]
    [added] = live_town.events("photo.added")
    [loaded] = live_town.events("job.loaded")
    assert added["payload"]["step"] == "before_loading"
    assert loaded["seq"] < added["seq"], "reports go first"

    console.locator(".photo").focus()
    console.keyboard.press("Enter")
    expect(console.locator(".photo-viewer img")).to_be_visible()
    console.keyboard.press("Escape")
    expect(console.locator(".photo-viewer")).to_have_count(0)


def test_one_tap_goes_on_without_a_photo_and_the_card_says_why(live_town: LiveTown) -> None:
    phone, incident = at_the_car(live_town)
    phone.get_by_role("button", name="Not safe here").click()
    expect(phone.locator(".steps .next")).to_have_text("Photo after unloading")
    console = live_town.console()
    console.click(f"[data-incident] >> text={incident['number']}")
    expect(console.locator(".photos-missing")).to_have_text(
        "T-01 · No photo before loading: not safe here"
    )


def test_what_is_no_picture_is_told_on_the_phone_and_the_owners_page(live_town: LiveTown) -> None:
    phone, incident = at_the_car(live_town)
    fake: FilePayload = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    phone.locator(".steps input[type=file]").set_input_files(fake)
    expect(phone.locator(".steps .fault")).to_contain_text("That was no photo")
    expect(phone.locator(".unsent")).to_have_count(0)
    owner = live_town.page(**PHONE)
    owner.goto(f"{live_town.url}{incident['track_url']}")
    owner.locator(".add-photo input").set_input_files([fake])
    expect(owner.locator(".own-photos .failed")).to_contain_text("not a photo that we can read")
    owner.get_by_role("button", name="Remove").click()
    expect(owner.locator(".own-photos .failed")).to_have_count(0)


def test_the_owners_photo_reaches_phone_and_card_and_a_failed_one_is_tried_again(
    live_town: LiveTown,
) -> None:
    phone, incident = at_the_car(live_town)
    owner = live_town.page(**PHONE)
    owner.goto(f"{live_town.url}{incident['track_url']}")
    expect(owner.locator(".own-photos")).to_contain_text("Photos of your car")
    owner.locator(".add-photo input").set_input_files([photo(with_exif(6))])
    expect(owner.locator(".own-photos button.photo img")).to_have_count(1)

    owner.context.set_offline(True)
    owner.locator(".add-photo input").set_input_files([photo(drawn())])
    expect(owner.locator(".own-photos .failed")).to_contain_text("No connection")
    owner.context.set_offline(False)
    owner.get_by_role("button", name="Try again").click()
    expect(owner.locator(".own-photos button.photo img")).to_have_count(2)
    expect(owner.locator(".own-photos .failed")).to_have_count(0)

    expect(phone.locator(".photos img")).to_have_count(2)
    expect(phone.locator(".photos")).to_contain_text("by the owner")
    phone.locator(".photos .photo").first.click()
    expect(phone.locator(".photo-large")).to_be_visible()
    console = live_town.console()
    console.click(f"[data-incident] >> text={incident['number']}")
    expect(console.locator(".photos img")).to_have_count(2)
    console.locator(".photos .photo").first.click()
    expect(console.locator(".dialog h2")).to_contain_text("Photo 1 of 2")
    console.keyboard.press("ArrowRight")
    expect(console.locator(".dialog h2")).to_contain_text("Photo 2 of 2")
