import threading

from melodyrl.live.watch import Watch


def test_it_looks_again_and_again_although_a_look_fails():
    looked = threading.Semaphore(0)

    def look():
        looked.release()
        raise OSError("the system stumbles")

    watch = Watch(look, pause_s=0.001)
    watch.start()
    for _ in range(3):
        assert looked.acquire(timeout=5)
    watch.stop()

    assert watch.failures >= 2


def test_no_look_follows_the_stop():
    stopped = threading.Event()
    late = []
    watch = Watch(lambda: late.append(stopped.is_set()), pause_s=0.001)
    watch.start()

    watch.stop()
    stopped.set()

    assert not watch._thread.is_alive()
    assert True not in late


def test_watch_that_never_began_can_be_stopped():
    Watch(lambda: None).stop()
