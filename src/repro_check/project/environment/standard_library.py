"""The modules that some version of Python brings along, from 2.7 to those to come.

Code of 2016 that imports `cPickle` needs an old Python, not a distribution of that name. The lists are
those of docs.python.org: "What's new" of 3.0 to 3.14 and PEP 594.
"""

from __future__ import annotations

import sys

# Python 2.7
_OLD = frozenset(
    "__builtin__ anydbm BaseHTTPServer Bastion CGIHTTPServer ConfigParser Cookie "
    "DocXMLRPCServer Dialog FileDialog FixTk HTMLParser MimeWriter Queue ScrolledText "
    "SimpleDialog SimpleHTTPServer SimpleXMLRPCServer SocketServer StringIO Tix Tkconstants Tkdnd Tkinter "
    "UserDict UserList UserString audiodev bsddb cPickle cStringIO commands compiler cookielib copy_reg "
    "dbhash dircache dumbdbm dummy_thread exceptions fpformat future_builtins gdbm hotshot htmlentitydefs "
    "htmllib httplib ihooks imputil markupbase md5 mhlib mimetools mimify multifile mutex new "
    "os2emxpath popen2 posixfile repr rexec rfc822 robotparser sets sgmllib sha statvfs stringold strop "
    "sunaudio thread tkColorChooser tkCommonDialog tkFileDialog tkFont tkMessageBox tkSimpleDialog toaiff "
    "ttk urllib2 urlparse user whichdb xmlrpclib xmllib _winreg".split()
)
# removed in Python 3
_REMOVED = frozenset(
    "_bootlocale _dummy_threading aifc asynchat asyncore audioop binhex cgi cgitb chunk crypt distutils "
    "dummy_threading formatter fpectl imghdr imp lib2to3 macpath mailcap macurl2path msilib nis nntplib "
    "ossaudiodev parser pipes smtpd sndhdr spwd sunau symbol telnetlib uu xdrlib".split()
)
# newer than the oldest Python that this runs on
_NEW = frozenset({"tomllib", "annotationlib", "compression", "zoneinfo", "graphlib"})


def is_standard(module: str) -> bool:
    """Whether a module, by its first part, belongs to the standard library of any Python."""
    first = module.partition(".")[0]
    return first in sys.stdlib_module_names or first in _REMOVED or first in _OLD or first in _NEW
